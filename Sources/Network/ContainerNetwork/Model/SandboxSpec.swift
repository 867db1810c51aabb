/// A port as it is published now.
public struct PublishedPort: Sendable, Hashable, Codable {
    public var containerPort: UInt16
    /// `tcp`, `udp` or `sctp`.
    public var transport: String
    public var hostIP: String
    public var hostPort: UInt16

    public init(containerPort: UInt16, transport: String, hostIP: String, hostPort: UInt16) {
        self.containerPort = containerPort
        self.transport = transport
        self.hostIP = hostIP
        self.hostPort = hostPort
    }
}

/// A container's network as it was made: plain values, to be kept by the engine and given back to `restore`.
public struct SandboxSpec: Sendable, Hashable, Codable {
    /// The namespace to join (Docker's `SandboxKey`); nil for the host's.
    public var namespacePath: String?
    /// 64 hexadecimal digits; empty without a namespace of its own.
    public var sandboxID = ""
    /// In the order of their links.
    public var endpoints: [EndpointSpec] = []
    public var publishedPorts: [PublishedPort] = []
    /// Traffic that passes although the default bridge keeps its containers apart.
    var openings: [Opening] = []
    /// Where the embedded name server listens inside; nil where it does not.
    var resolver: ResolverPorts?
    /// What the name files say besides the endpoints' addresses.
    var names: NameEntries?
    /// The files to be bound over `/etc/hosts`, `/etc/resolv.conf`, `/etc/hostname`; empty for a joined network.
    public var hostsPath: String
    public var resolvConfPath: String
    public var hostnamePath: String

    public init(namespacePath: String?, hostsPath: String, resolvConfPath: String, hostnamePath: String) {
        self.namespacePath = namespacePath
        self.hostsPath = hostsPath
        self.resolvConfPath = resolvConfPath
        self.hostnamePath = hostnamePath
    }

    public func endpoint(on network: String) -> EndpointSpec? { endpoints.first { $0.networkID == network } }

    enum CodingKeys: String, CodingKey {
        case namespacePath, sandboxID, endpoints, publishedPorts, openings, resolver, names, hostsPath, resolvConfPath
        case hostnamePath
    }

    /// Reads records of earlier versions too: those had one endpoint, its fields among these.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        namespacePath = try keyed.decodeIfPresent(String.self, forKey: .namespacePath)
        sandboxID = try keyed.decodeIfPresent(String.self, forKey: .sandboxID) ?? ""
        publishedPorts = try keyed.decodeIfPresent([PublishedPort].self, forKey: .publishedPorts) ?? []
        openings = try keyed.decodeIfPresent([Opening].self, forKey: .openings) ?? []
        resolver = try keyed.decodeIfPresent(ResolverPorts.self, forKey: .resolver)
        names = try keyed.decodeIfPresent(NameEntries.self, forKey: .names)
        hostsPath = try keyed.decode(String.self, forKey: .hostsPath)
        resolvConfPath = try keyed.decode(String.self, forKey: .resolvConfPath)
        hostnamePath = try keyed.decode(String.self, forKey: .hostnamePath)
        if let endpoints = try keyed.decodeIfPresent([EndpointSpec].self, forKey: .endpoints) {
            self.endpoints = endpoints
        } else if let single = try? SingleEndpoint(from: decoder) {
            endpoints = [single.endpoint]
        }
    }
}

/// The fields that a record had before a container could be on several networks.
private struct SingleEndpoint: Codable {
    var networkID: String
    var endpointID: String
    var interface: String
    var hostInterface: String?
    var ipAddress: String?
    var prefixLength: Int?
    var gateway: String?
    var macAddress: String?

    var endpoint: EndpointSpec {
        var endpoint = EndpointSpec(networkID: networkID, endpointID: endpointID)
        endpoint.interface = interface
        endpoint.hostInterface = hostInterface
        endpoint.ipAddress = ipAddress
        endpoint.prefixLength = prefixLength
        endpoint.gateway = gateway
        endpoint.macAddress = macAddress ?? ""
        return endpoint
    }
}
