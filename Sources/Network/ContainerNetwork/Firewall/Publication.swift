internal import Netlink

/// Traffic to a port of the host that goes to a container instead.
struct Publication: Sendable, Hashable {
    var transport: TransportProtocol
    var hostAddress: IPv4Address
    var hostPort: UInt16
    var address: IPv4Address
    var port: UInt16

    /// The map that it is an element of: ports of all the host's addresses are kept apart from those of one.
    var map: String { hostAddress == .any ? "published" : "published_at" }

    private var key: String {
        hostAddress == .any ? "\(transport) . \(hostPort)" : "\(transport) . \(hostAddress) . \(hostPort)"
    }

    /// The same for `SetElements`.
    var setElement: SetElement {
        let (transport, port) = (SetElement.Part.transport(transport), SetElement.Part.port(hostPort))
        return SetElement(
            set: map, key: hostAddress == .any ? [transport, port] : [transport, .address(hostAddress), port],
            value: [.address(address), .port(self.port)])
    }

    /// The same in the language of nft(8).
    var element: String { "\(key) : \(address) . \(port)" }

    init(_ claim: PortClaim, to address: IPv4Address, port: UInt16) {
        transport = claim.transport
        hostAddress = claim.address
        hostPort = claim.port
        self.address = address
        self.port = port
    }
}
