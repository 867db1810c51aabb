/// A network, as `GET /networks` and `GET /networks/{id}` tell it in today's shape.
public struct NetworkResource: Codable, Sendable, Equatable {
    @Zero public var name: String
    /// 64 hexadecimal digits.
    @Zero public var id: String
    /// RFC 3339 with nanoseconds.
    @Zero public var created: String
    /// `local`, `global`, `swarm`.
    @Zero public var scope: String
    @Zero public var driver: String
    @Zero public var enableIPv4: Bool
    @Zero public var enableIPv6: Bool
    @Zero public var ipam: IPAMSettings
    @Zero public var isInternal: Bool
    @Zero public var attachable: Bool
    @Zero public var ingress: Bool
    @Zero public var configFrom: NetworkReference
    @Zero public var configOnly: Bool
    /// By container id. Lists fill it only for clients below 1.28.
    @Zero public var containers: [String: NetworkEndpoint]
    @Zero public var options: [String: String]
    @Zero public var labels: [String: String]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case id = "Id"
        case created = "Created"
        case scope = "Scope"
        case driver = "Driver"
        case enableIPv4 = "EnableIPv4"
        case enableIPv6 = "EnableIPv6"
        case ipam = "IPAM"
        case isInternal = "Internal"
        case attachable = "Attachable"
        case ingress = "Ingress"
        case configFrom = "ConfigFrom"
        case configOnly = "ConfigOnly"
        case containers = "Containers"
        case options = "Options"
        case labels = "Labels"
    }
}

/// Where a network's addresses come from.
public struct IPAMSettings: Codable, Sendable, Equatable, ZeroValue {
    /// `default` or `null`.
    @Zero public var driver: String
    @Nullable public var options: [String: String]?
    @Nullable public var config: [IPAMPool]?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case driver = "Driver"
        case options = "Options"
        case config = "Config"
    }
}

/// One subnet of a network.
public struct IPAMPool: Codable, Sendable, Equatable {
    /// `172.18.0.0/16`, `fd00:1::/64`.
    @OmitZero public var subnet: String
    /// The part of the subnet that containers get addresses from.
    @OmitZero public var ipRange: String
    @OmitZero public var gateway: String
    /// Addresses that other things have, by name.
    @OmitZero public var auxiliaryAddresses: [String: String]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case subnet = "Subnet"
        case ipRange = "IPRange"
        case gateway = "Gateway"
        case auxiliaryAddresses = "AuxiliaryAddresses"
    }
}

/// A container on a network.
public struct NetworkEndpoint: Codable, Sendable, Equatable {
    @Zero public var name: String
    @Zero public var endpointID: String
    @Zero public var macAddress: String
    /// With the prefix's length: `172.18.0.2/16`.
    @Zero public var ipv4Address: String
    @Zero public var ipv6Address: String

    public init() {}

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case endpointID = "EndpointID"
        case macAddress = "MacAddress"
        case ipv4Address = "IPv4Address"
        case ipv6Address = "IPv6Address"
    }
}

/// A network that another takes its configuration from.
public struct NetworkReference: Codable, Sendable, Equatable, ZeroValue {
    @Zero public var network: String

    public init() {}

    enum CodingKeys: String, CodingKey {
        case network = "Network"
    }
}
