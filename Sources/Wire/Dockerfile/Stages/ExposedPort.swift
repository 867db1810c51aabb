internal import Primitives

/// One word of EXPOSE: ports of a protocol.
public struct ExposedPort: Sendable, Hashable {
    public var ports: ClosedRange<UInt16>
    /// `tcp`, `udp`, `sctp`.
    public var transport: String
    /// The protocol was not written in lower case.
    public var hasOddCase = false
    /// An address or a port of the host was written in front; they mean nothing.
    public var hasHostPart = false

    /// Keys as an image's configuration has them: `80/tcp`.
    public var keys: [String] { ports.map { "\($0)/\(transport)" } }

    /// Reads `[[address:]host:]port[-port][/protocol]`. Errors, without a place: in BuildKit's words.
    public init(parsing text: String) throws(DockerfileError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let (address, host) = (parts.dropLast(2).joined(separator: ":"), parts.count > 1 ? parts[parts.count - 2] : "")
        let (port, name) = try Self.split(parts.last ?? "", of: text)
        hasOddCase = name != name.lowercased()
        hasHostPart = !address.isEmpty || !host.isEmpty
        transport = name.lowercased()
        try Self.checkAddress(address)
        guard let ports = Self.range(port), ports.lowerBound > 0 else {
            throw DockerfileError("invalid containerPort: \(port)")
        }
        self.ports = ports
        if !host.isEmpty { try Self.check(host, ports, port) }
    }

    private static func split(_ port: String, of text: String) throws(DockerfileError) -> (String, String) {
        let parts = port.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let number = parts.first ?? ""
        let name = parts.count > 1 && !parts[1].isEmpty ? parts[1] : "tcp"
        guard !number.isEmpty else { throw DockerfileError("invalid port: \(GoQuoted.text(text)): no port specified") }
        guard ["tcp", "udp", "sctp"].contains(name.lowercased()) else {
            throw DockerfileError("invalid port: \(GoQuoted.text(text)): invalid proto: \(name)")
        }
        return (number, name)
    }

    private static func checkAddress(_ text: String) throws(DockerfileError) {
        guard !text.isEmpty else { return }
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        guard IPAddress(bare) != nil else { throw DockerfileError("invalid IP address: \(bare)") }
    }

    private static func check(_ host: String, _ ports: ClosedRange<UInt16>, _ port: String) throws(DockerfileError) {
        guard let range = range(host) else { throw DockerfileError("invalid hostPort: \(host)") }
        guard range.count == ports.count || ports.count == 1 else {
            throw DockerfileError("invalid ranges specified for container and host Ports: \(port) and \(host)")
        }
    }

    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let bounds = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = bounds.first.flatMap({ number($0) }), let last = bounds.last.flatMap({ number($0) }),
            first <= last
        else { return nil }
        return first...last
    }

    private static func number(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy(Ascii.isDigit) ? UInt16(text) : nil
    }
}
