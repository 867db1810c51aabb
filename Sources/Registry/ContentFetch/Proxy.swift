internal import AsyncHTTPClient
internal import HostSystem
internal import Primitives

/// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in capitals or not, as Go's net/http reads them.
public enum Proxy {
    static func of(
        _ url: String, variable: (String) -> String? = CurrentProcess.variable
    ) -> HTTPClient.Configuration.Proxy? {
        guard let (host, port) = address(of: url, variable) else { return nil }
        return .server(host: host, port: port)
    }

    /// Host and port of the proxy for a URL; nil for a direct connection.
    public static func address(of url: String) -> (host: String, port: Int)? {
        address(of: url, CurrentProcess.variable)
    }

    static func address(of url: String, _ variable: (String) -> String?) -> (host: String, port: Int)? {
        let secure = url.hasPrefix("https://")
        let name = secure ? "HTTPS_PROXY" : "HTTP_PROXY"
        guard let text = variable(name) ?? variable(name.lowercased()), !text.isEmpty else { return nil }
        let target = authority(of: url)
        guard !isExcepted(target.host, variable("NO_PROXY") ?? variable("no_proxy") ?? "") else { return nil }
        let proxy = authority(of: text.contains("://") ? text : "http://" + text)
        return proxy.host.isEmpty ? nil : (proxy.host, proxy.port ?? 80)
    }

    private static func authority(of url: String) -> (host: String, port: Int?) {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        var host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return (bare(host), nil) }
        return (bare(host[..<colon]), Int(host[host.index(after: colon)...]))
    }

    private static func bare(_ host: Substring) -> String { String(host.filter { $0 != "[" && $0 != "]" }) }

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
