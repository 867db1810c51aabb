internal import Netlink
internal import Primitives

/// A container's place on a shared network, as its engine tells the others.
struct SharedEndpoint: Codable, Sendable, Hashable {
    var id: String
    var network: String
    /// The id of its engine.
    var engine: String
    /// Where that engine's host is reached.
    var host: String
    var mac: String
    var ipv4: String?
    var ipv6: String?
    /// IPv6 prefix lengths are the network's; names are as in `EndpointSpec`.
    var names: [String]

    init(_ spec: EndpointSpec, engine: String, host: IPAddress) {
        id = spec.endpointID
        network = spec.networkID
        self.engine = engine
        self.host = "\(host)"
        mac = spec.macAddress
        ipv4 = spec.ipAddress
        ipv6 = spec.ipv6Address
        names = spec.names
    }

    var addresses: [IPAddress] { [ipv4, ipv6].compactMap { $0.flatMap { IPAddress($0) } } }

    /// Only its names, or the host that it is on, have changed.
    func hasPlace(of other: SharedEndpoint) -> Bool { mac == other.mac && addresses == other.addresses }

    /// What the tunnel has to know: nil for values that are none, which another program wrote.
    func neighbours(on link: Int32) -> [Neighbour]? {
        MACAddress(mac).map { mac in addresses.map { Neighbour(link: link, address: $0, mac: mac) } }
    }

    func forwarding(on link: Int32) -> ForwardingEntry? {
        guard let mac = MACAddress(mac), !mac.isMulticast, let host = IPAddress(host) else { return nil }
        return ForwardingEntry(link: link, mac: mac, destination: host)
    }
}

/// A container of another engine on one of this engine's networks.
public struct RemoteEndpoint: Sendable, Hashable {
    /// 64 hexadecimal digits.
    public var id: String
    public var name: String
    public var macAddress: String
    public var ipAddress: String?
    public var ipv6Address: String?
}
