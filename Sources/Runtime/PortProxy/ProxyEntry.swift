public import Primitives

/// A port of the host and the container's port behind it. The host's is a bound socket, which comes with it.
public struct ProxyEntry: Sendable, Hashable {
    public enum Transport: String, Sendable {
        case tcp, udp, sctp
    }

    public var transport: Transport
    /// Where the container answers.
    public var address: IPAddress
    /// 1 to 65535.
    public var port: UInt16

    public init(_ transport: Transport, _ address: IPAddress, port: UInt16) {
        self.transport = transport
        self.address = address
        self.port = port
    }

    /// `tcp 172.17.0.2 80`, as it is sent to the proxy beside the socket.
    var text: String { "\(transport.rawValue) \(address) \(port)" }

    /// Nil for anything else.
    init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, let transport = Transport(rawValue: String(words[0])),
            let address = IPAddress(words[1]), !address.isAny, let port = UInt16(words[2]), port > 0
        else { return nil }
        self.init(transport, address, port: port)
    }

    var isStream: Bool { transport != .udp }
}
