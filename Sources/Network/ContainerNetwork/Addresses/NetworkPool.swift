internal import Netlink
internal import Primitives

/// One family's addresses on a network.
struct NetworkPool: Sendable {
    let subnet: IPNetwork
    /// Where the containers' default route leads; nil for none.
    let gateway: IPAddress?
    /// The last 48 bits are the link's address (the default network's way with IPv6).
    let followsMAC: Bool
    private var addresses: AddressPool

    /// `reserved` and the gateway are never given. MACs are followed in subnets with room for one.
    init(
        subnet: IPNetwork, range: IPNetwork?, gateway: IPAddress?, reserved: [IPAddress] = [], followsMAC: Bool = false
    ) {
        self.subnet = subnet.subnet
        self.gateway = gateway
        self.followsMAC = followsMAC && subnet.prefixLength <= 80
        addresses = AddressPool(network: subnet, range: range, reserved: reserved + [gateway].compactMap(\.self))
    }

    /// The address that was asked for, else the one that the link's address gives, else the next free one.
    mutating func take(_ wanted: IPAddress?, mac: MACAddress?) throws(EngineError) -> IPAddress {
        if let wanted { return try take(wanted) }
        guard followsMAC, let mac else { return try addresses.allocate() }
        let tail = mac.bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        return try take(IPAddress(rawValue: subnet.range.lowerBound | tail, subnet.family))
    }

    private mutating func take(_ wanted: IPAddress) throws(EngineError) -> IPAddress {
        guard subnet.contains(wanted) else {
            throw EngineError(
                .badParameter, "no configured subnet contains IP address \(wanted)")
        }
        guard addresses.reserve(wanted) else { throw EngineError(.forbidden, "Address already in use") }
        return wanted
    }

    /// Of a container that has it already; false when another has.
    mutating func restore(_ address: IPAddress) -> Bool { addresses.reserve(address) }
    mutating func release(_ address: IPAddress) { addresses.release(address) }
}
