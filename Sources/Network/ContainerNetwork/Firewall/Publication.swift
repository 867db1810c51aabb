internal import Netlink
internal import Primitives

/// Traffic to a port of the host that goes to a container instead.
struct Publication: Sendable, Hashable {
    var transport: TransportProtocol
    /// Of the same family as `address`.
    var hostAddress: IPAddress
    var hostPort: UInt16
    var address: IPAddress
    var port: UInt16

    /// The map that it is an element of: ports of all the host's addresses are kept apart from those of one.
    var map: String { (hostAddress.isAny ? "published" : "published_at") + Ruleset.suffix(address.family) }

    private var key: String {
        hostAddress.isAny ? "\(transport) . \(hostPort)" : "\(transport) . \(hostAddress) . \(hostPort)"
    }

    /// The same for `SetElements`.
    var setElement: SetElement {
        let (transport, port) = (SetElement.Part.transport(transport), SetElement.Part.port(hostPort))
        return SetElement(
            set: map, key: hostAddress.isAny ? [transport, port] : [transport, .address(hostAddress), port],
            value: [.address(address), .port(self.port)])
    }

    /// The same in the language of nft(8).
    var element: String { "\(key) : \(address) . \(port)" }

    init(_ claim: PortClaim, to address: IPAddress, port: UInt16) {
        transport = claim.transport
        hostAddress = claim.address
        hostPort = claim.port
        self.address = address
        self.port = port
    }
}
