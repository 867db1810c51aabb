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
    /// The default network's id; empty for containers that are not on it. So are the fields below.
    public var networkID = ""
    public var endpointID = ""
    public var bridge: String?
    /// Name of the link inside.
    public var interface: String?
    /// Name of the link's other end, on the bridge.
    public var hostInterface: String?
    public var ipAddress: String?
    public var prefixLength: Int?
    public var gateway: String?
    public var macAddress: String?
    public var publishedPorts: [PublishedPort] = []
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
}

/// The default network, as `docker network inspect bridge` tells it.
public struct BridgeNetworkInfo: Sendable, Hashable {
    public var networkID: String
    public var bridge: String
    /// `172.17.0.0/16`.
    public var subnet: String
    public var gateway: String
    /// `--fixed-cidr`.
    public var addressRange: String?
    public var mtu: Int
    public var allowsInterContainer: Bool
    public var masquerades: Bool
    public var defaultBindAddress: String
}
