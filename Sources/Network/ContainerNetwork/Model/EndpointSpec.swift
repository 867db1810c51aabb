/// A container's place on one network as it was made.
public struct EndpointSpec: Sendable, Hashable, Codable {
    public var networkID: String
    /// 64 hexadecimal digits.
    public var endpointID: String
    /// Name of the link inside; empty while it is still to be made.
    public var interface: String
    /// Name of the link's other end; nil for links that have none here.
    public var hostInterface: String?
    public var macAddress: String
    public var ipAddress: String?
    public var prefixLength: Int?
    /// The network's, whether or not the container's default route leads there.
    public var gateway: String?
    public var ipv6Address: String?
    public var ipv6PrefixLength: Int?
    public var ipv6Gateway: String?
    /// With IPv6; of `fe80::/64`.
    public var linkLocalAddress: String?
    public var gatewayPriority = 0
    /// Names that others on the network find it by, its own first.
    public var names: [String] = []

    /// Names for this container alone, each with the name that it stands for.
    var links: [String: String]?

    init(networkID: String, endpointID: String) {
        self.networkID = networkID
        self.endpointID = endpointID
        interface = ""
        macAddress = ""
    }
}
