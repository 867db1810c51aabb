public import Primitives

/// Where an etcd cluster is: `etcd://host:port[,host:port…][/prefix]`.
public struct EtcdAddress: Sendable, Hashable, CustomStringConvertible {
    /// `host:port` each; one at least.
    public let servers: [String]
    /// What all keys of this user begin with: empty, or without slashes at its ends.
    public let prefix: String
    public let description: String

    /// Errors: `badParameter`.
    public init(_ text: String) throws(EngineError) {
        let scheme = "etcd://"
        guard text.hasPrefix(scheme) else {
            let kind = text.firstRange(of: "://").map { String(text[..<$0.lowerBound]) } ?? text
            throw EngineError(.badParameter, "cluster store \"\(kind)\" is not supported: use etcd://HOST:PORT")
        }
        let rest = text.dropFirst(scheme.count)
        let hosts = rest.prefix { $0 != "/" }
        servers = try hosts.split(separator: ",", omittingEmptySubsequences: false).map { host throws(EngineError) in
            guard Self.isHostAndPort(host) else {
                throw EngineError(.badParameter, "invalid cluster store \(text): \"\(host)\" is not HOST:PORT")
            }
            return String(host)
        }
        let path = rest.dropFirst(hosts.count).split(separator: "/", omittingEmptySubsequences: true)
        prefix = path.joined(separator: "/")
        description = scheme + hosts
    }

    private static func isHostAndPort(_ text: Substring) -> Bool {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return false
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return port > 0 && !host.isEmpty && (isBracketed || !host.contains(":"))
            && host.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"/?#@\\\"".utf8.contains($0) }
    }
}
