package import AsyncHTTPClient
internal import HostSystem
internal import Primitives

/// A proxy of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in capitals or not, as Go's net/http reads them. What is asked for
/// goes through a tunnel (CONNECT).
public struct Proxy: Sendable, Hashable {
    public var host: String
    public var port: Int
    /// The URL's `user:password`, decoded: sent to the proxy as `Proxy-Authorization`. It has no place in any text.
    public var credentials: String?

    /// The one for a URL; nil for a direct connection.
    public static func of(_ url: String) -> Proxy? { of(url, CurrentProcess.variable) }

    static func of(_ url: String, _ variable: (String) -> String?) -> Proxy? {
        let secure = url.hasPrefix("https://")
        let name = secure ? "HTTPS_PROXY" : "HTTP_PROXY"
        guard let text = variable(name) ?? variable(name.lowercased()), !text.isEmpty else { return nil }
        let target = Authority(of: url)
        guard !isExcepted(target.host, variable("NO_PROXY") ?? variable("no_proxy") ?? "") else { return nil }
        let proxy = Authority(of: text.contains("://") ? text : "http://" + text)
        guard !proxy.host.isEmpty else { return nil }
        return Proxy(host: proxy.host, port: proxy.port ?? 80, credentials: proxy.credentials)
    }

    /// Loopback is never asked for through a proxy.
    private static func isExcepted(_ host: String, _ list: String) -> Bool {
        if host == "localhost" || host.hasPrefix("127.") || host == "::1" { return true }
        return list.split(separator: ",").contains { entry in
            let entry = entry.drop { $0 == " " }.prefix { $0 != " " }
            if entry == "*" { return true }
            if let network = IPNetwork(entry), let address = IPAddress(host) { return network.contains(address) }
            let domain = entry.hasPrefix(".") ? entry.dropFirst() : entry
            return !domain.isEmpty && (host == domain || host.hasSuffix("." + domain))
        }
    }
}

extension Proxy {
    /// The credentials as `Basic` has them.
    public var authorization: String? { credentials.map { Base64.encode($0.utf8) } }

    /// As clients of the library take it.
    package var setting: HTTPClient.Configuration.Proxy {
        guard let authorization else { return .server(host: host, port: port) }
        return .server(host: host, port: port, authorization: .basic(credentials: authorization))
    }
}

/// `user:password@host:port` of a URL.
private struct Authority {
    var host: String
    var port: Int?
    var credentials: String?

    init(of url: String) {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        var host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = host.lastIndex(of: "@") {
            credentials = Self.decoded(host[..<at])
            host = host[host.index(after: at)...]
        }
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            port = Int(host[host.index(after: colon)...])
            host = host[..<colon]
        }
        self.host = String(host.filter { $0 != "[" && $0 != "]" })
    }

    /// A name alone has an empty password.
    private static func decoded(_ text: Substring) -> String {
        PercentText.decoded(text) + (text.contains(":") ? "" : ":")
    }
}
