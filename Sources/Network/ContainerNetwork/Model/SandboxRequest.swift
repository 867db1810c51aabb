public import Primitives

/// Where a container's network comes from (`--net`).
public enum NetworkMode: Sendable, Hashable {
    /// Only lo.
    case none
    /// A namespace with a link to each of the request's networks.
    case networks
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
    /// Empty for the network's default, or the daemon's.
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

/// A container's place on one network.
public struct EndpointRequest: Sendable, Hashable {
    /// The network's id.
    public var network: String
    /// An address of the network's subnet; nil or empty for the next free one.
    public var ipv4Address: String?
    public var ipv6Address: String?
    /// Further addresses, of 169.254.0.0/16 or fe80::/10 (`--link-local-ip`): they are not the network's to give.
    public var linkLocalAddresses: [String]
    /// Derived from the address when nil or empty.
    public var macAddress: String?
    /// Names that others on the network find it by, its own first.
    public var names: [String]
    /// Names that only this container knows (`--link` on a network of one's own), each with the name it stands for.
    public var links: [String: String]
    /// Of several networks the one with the highest gives the default gateway.
    public var gatewayPriority: Int

    public init(
        network: String, ipv4Address: String? = nil, ipv6Address: String? = nil, linkLocalAddresses: [String] = [],
        macAddress: String? = nil,
        names: [String] = [], links: [String: String] = [:], gatewayPriority: Int = 0
    ) {
        self.network = network
        self.ipv4Address = ipv4Address
        self.ipv6Address = ipv6Address
        self.linkLocalAddresses = linkLocalAddresses
        self.macAddress = macAddress
        self.names = names
        self.links = links
        self.gatewayPriority = gatewayPriority
    }
}

/// Another container that this one knows by a name of its own (`--link`).
public struct LinkRequest: Sendable, Hashable {
    /// Names for `/etc/hosts`, the alias first.
    public var names: [String]
    /// As on the default bridge.
    public var ipv4Address: String
    public var ipv6Address: String
    /// Ports it exposes, `80/tcp` each as number and transport: they are opened where containers don't reach each other.
    public var ports: [PortRequest]

    public init(names: [String], ipv4Address: String, ipv6Address: String = "", ports: [PortRequest] = []) {
        self.names = names
        self.ipv4Address = ipv4Address
        self.ipv6Address = ipv6Address
        self.ports = ports
    }
}

/// What a container wants of the network when it starts.
public struct SandboxRequest: Sendable {
    public var containerID: ContainerID
    public var mode: NetworkMode
    /// The first one's link is `eth0`.
    public var endpoints: [EndpointRequest]
    public var hostname: String
    public var domainname: String
    public var ports: [PortRequest]
    public var links: [LinkRequest]
    /// `name:address` each (`--add-host`); the address may be `host-gateway`.
    public var extraHosts: [String]
    /// The daemon's or the host's own when nil or empty.
    public var dns: [String]?
    public var dnsSearch: [String]?
    public var dnsOptions: [String]?
    /// An existing folder that `hosts`, `resolv.conf`, `resolv.conf.hash` and `hostname` are written into.
    public var directory: String

    public init(
        containerID: ContainerID, mode: NetworkMode, endpoints: [EndpointRequest] = [], hostname: String,
        domainname: String = "", ports: [PortRequest] = [], links: [LinkRequest] = [], extraHosts: [String] = [],
        dns: [String]? = nil, dnsSearch: [String]? = nil, dnsOptions: [String]? = nil, directory: String
    ) {
        self.containerID = containerID
        self.mode = mode
        self.endpoints = endpoints
        self.hostname = hostname
        self.domainname = domainname
        self.ports = ports
        self.links = links
        self.extraHosts = extraHosts
        self.dns = dns
        self.dnsSearch = dnsSearch
        self.dnsOptions = dnsOptions
        self.directory = directory
    }
}
