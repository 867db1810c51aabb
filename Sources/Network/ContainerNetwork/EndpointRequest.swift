public import Primitives

/// Where a container's network comes from (`--net`).
public enum NetworkMode: Sendable, Hashable {
    /// Only lo.
    case none
    /// A link to the default bridge.
    case bridge
    /// The host's own network.
    case host
    /// The namespace of another container. Its name files are that container's: none are written here.
    case joined(namespacePath: String)
}

/// One published port: a port of the container at a port of the host (`-p`, `-P`).
public struct PortRequest: Sendable, Hashable {
    /// 1 to 65535.
    public var containerPort: UInt16
    /// `tcp`, `udp` or `sctp`.
    public var transport: String
    /// Empty for the daemon's default.
    public var hostIP: String
    /// One port, or several of which the first free one is taken; nil for any.
    public var hostPorts: ClosedRange<UInt16>?

    public init(
        containerPort: UInt16, transport: String = "tcp", hostIP: String = "", hostPorts: ClosedRange<UInt16>? = nil
    ) {
        self.containerPort = containerPort
        self.transport = transport
        self.hostIP = hostIP
        self.hostPorts = hostPorts
    }
}

/// What a container wants of the network when it starts.
public struct EndpointRequest: Sendable {
    public var containerID: ContainerID
    public var mode: NetworkMode
    public var hostname: String
    public var domainname: String
    /// Derived from the address when nil.
    public var macAddress: String?
    public var ports: [PortRequest]
    /// `name:address` each (`--add-host`); the address may be `host-gateway`.
    public var extraHosts: [String]
    /// The daemon's or the host's own when nil or empty.
    public var dns: [String]?
    public var dnsSearch: [String]?
    public var dnsOptions: [String]?
    /// An existing folder that `hosts`, `resolv.conf`, `resolv.conf.hash` and `hostname` are written into.
    public var directory: String

    public init(
        containerID: ContainerID, mode: NetworkMode, hostname: String, domainname: String = "",
        macAddress: String? = nil, ports: [PortRequest] = [], extraHosts: [String] = [], dns: [String]? = nil,
        dnsSearch: [String]? = nil, dnsOptions: [String]? = nil, directory: String
    ) {
        self.containerID = containerID
        self.mode = mode
        self.hostname = hostname
        self.domainname = domainname
        self.macAddress = macAddress
        self.ports = ports
        self.extraHosts = extraHosts
        self.dns = dns
        self.dnsSearch = dnsSearch
        self.dnsOptions = dnsOptions
        self.directory = directory
    }
}
