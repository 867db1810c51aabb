/// A service of 1.7's experimental builds: a name in a network for the container that stands behind it.
public struct ServiceResource: Codable, Sendable, Equatable {
    @Zero public var name: String
    /// 64 hexadecimal digits.
    @Zero public var id: String
    /// The network's name.
    @Zero public var network: String

    public init(name: String, id: String, network: String) {
        self.name = name
        self.id = id
        self.network = network
    }
}

/// One entry of the answer to `GET /services/{id}/backend`: a container's id.
public struct ServiceBackendResource: Codable, Sendable, Equatable {
    @Zero public var id: String

    public init(id: String) { self.id = id }
}

/// The body of `POST /services`.
public struct ServicePublishRequest: Codable, Sendable {
    @Zero public var name: String
    /// Empty is the default network.
    @Zero public var network: String
    /// Ports are the container's own matter here: what is asked for is refused.
    @Zero public var exposedPorts: [TransportPort]
    @Zero public var portMapping: [TransportPort]

    public init(name: String, network: String) {
        self.name = name
        self.network = network
    }

    /// What names a port; its other members don't matter as it is refused.
    public struct TransportPort: Codable, Sendable {
        @Zero public var port: UInt16

        enum CodingKeys: String, CodingKey {
            case port = "Port"
        }
    }

    enum CodingKeys: String, CodingKey {
        case name
        case network = "network_name"
        case exposedPorts = "exposed_ports"
        case portMapping = "port_mapping"
    }
}

/// The body of `POST /services/{id}/backend`.
public struct ServiceAttachRequest: Codable, Sendable {
    @Zero public var container: String
    /// For containers that the engine does not know; ours have theirs.
    @Zero public var hostName: String
    @Zero public var domainName: String
    @Zero public var hostsPath: String
    @Zero public var resolvConfPath: String
    @Zero public var dns: [String]

    public init(container: String) { self.container = container }

    /// It asks for more than a container.
    public var hasSettings: Bool {
        !(hostName + domainName + hostsPath + resolvConfPath).isEmpty || !dns.isEmpty
    }

    enum CodingKeys: String, CodingKey {
        case container = "container_id"
        case hostName = "host_name"
        case domainName = "domain_name"
        case hostsPath = "hosts_path"
        case resolvConfPath = "resolv_conf_path"
        case dns
    }
}
