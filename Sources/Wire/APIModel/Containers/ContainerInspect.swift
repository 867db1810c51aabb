/// The answer to `GET /containers/{id}/json` in today's shape; older shapes are made from it by `RemoteAPI`'s adapters.
public struct ContainerInspect: Codable, Sendable {
    public var id: String
    /// RFC 3339 with nanoseconds.
    public var created: String
    public var path: String
    public var args: [String]
    public var state: ContainerState
    /// `sha256:…`
    public var image: String
    public var resolvConfPath: String
    public var hostnamePath: String
    public var hostsPath: String
    public var logPath: String
    /// With its leading `/`.
    public var name: String
    public var restartCount: Int
    public var driver: String
    public var platform: String
    public var mountLabel: String
    public var processLabel: String
    public var appArmorProfile: String
    @Nullable public var execIDs: [String]?
    public var hostConfig: HostConfig
    public var graphDriver: GraphDriverData
    public var sizeRw: Int64?
    public var sizeRootFs: Int64?
    public var mounts: [MountPoint]
    public var config: ContainerConfig
    public var networkSettings: NetworkSettings
    /// Set by whoever gives the same value to many; it stands for all of the above, so take it away from a copy that is
    /// changed.
    public var rendered: RenderedJSON?

    public init(id: String) {
        self.id = id
        created = ""
        path = ""
        args = []
        state = ContainerState()
        image = ""
        resolvConfPath = ""
        hostnamePath = ""
        hostsPath = ""
        logPath = ""
        name = ""
        restartCount = 0
        driver = ""
        platform = "linux"
        mountLabel = ""
        processLabel = ""
        appArmorProfile = ""
        execIDs = nil
        hostConfig = HostConfig()
        graphDriver = GraphDriverData()
        mounts = []
        config = ContainerConfig()
        networkSettings = NetworkSettings()
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case created = "Created"
        case path = "Path"
        case args = "Args"
        case state = "State"
        case image = "Image"
        case resolvConfPath = "ResolvConfPath"
        case hostnamePath = "HostnamePath"
        case hostsPath = "HostsPath"
        case logPath = "LogPath"
        case name = "Name"
        case restartCount = "RestartCount"
        case driver = "Driver"
        case platform = "Platform"
        case mountLabel = "MountLabel"
        case processLabel = "ProcessLabel"
        case appArmorProfile = "AppArmorProfile"
        case execIDs = "ExecIDs"
        case hostConfig = "HostConfig"
        case graphDriver = "GraphDriver"
        case sizeRw = "SizeRw"
        case sizeRootFs = "SizeRootFs"
        case mounts = "Mounts"
        case config = "Config"
        case networkSettings = "NetworkSettings"
    }
}

public struct ContainerState: Codable, Sendable, Equatable {
    /// `created running paused restarting removing exited dead`
    @Zero public var status: String
    @Zero public var running: Bool
    @Zero public var paused: Bool
    /// A restarting container has `running` set too.
    @Zero public var restarting: Bool
    @Zero public var oomKilled: Bool
    @Zero public var dead: Bool
    @Zero public var pid: Int
    @Zero public var exitCode: Int
    @Zero public var error: String
    /// RFC 3339 with nanoseconds; `0001-01-01T00:00:00Z` for never.
    @Zero public var startedAt: String
    @Zero public var finishedAt: String

    public init() {}

    enum CodingKeys: String, CodingKey {
        case status = "Status"
        case running = "Running"
        case paused = "Paused"
        case restarting = "Restarting"
        case oomKilled = "OOMKilled"
        case dead = "Dead"
        case pid = "Pid"
        case exitCode = "ExitCode"
        case error = "Error"
        case startedAt = "StartedAt"
        case finishedAt = "FinishedAt"
    }
}

public struct GraphDriverData: Codable, Sendable, Equatable {
    @Nullable public var data: [String: String]?
    @Zero public var name: String

    public init() {}

    enum CodingKeys: String, CodingKey {
        case data = "Data"
        case name = "Name"
    }
}

/// One entry of `Mounts` in inspect and ps.
public struct MountPoint: Codable, Sendable, Equatable {
    @OmitZero public var type: String
    @OmitZero public var name: String
    @Zero public var source: String
    @Zero public var destination: String
    @OmitZero public var driver: String
    @Zero public var mode: String
    @Zero public var rw: Bool
    @Zero public var propagation: String

    public init() {}

    enum CodingKeys: String, CodingKey {
        case type = "Type"
        case name = "Name"
        case source = "Source"
        case destination = "Destination"
        case driver = "Driver"
        case mode = "Mode"
        case rw = "RW"
        case propagation = "Propagation"
    }
}

public struct NetworkSettings: Codable, Sendable, Equatable {
    @Zero public var bridge: String
    @Zero public var sandboxID: String
    @Zero public var sandboxKey: String
    /// Nil values are exposed ports that are not published.
    @Nullable public var ports: [String: [PortBinding]?]?
    @Zero public var hairpinMode: Bool
    @Zero public var linkLocalIPv6Address: String
    @Zero public var linkLocalIPv6PrefixLen: Int
    @Nullable public var secondaryIPAddresses: [String]?
    @Nullable public var secondaryIPv6Addresses: [String]?
    @Zero public var endpointID: String
    @Zero public var gateway: String
    @Zero public var globalIPv6Address: String
    @Zero public var globalIPv6PrefixLen: Int
    @Zero public var ipAddress: String
    @Zero public var ipPrefixLen: Int
    @Zero public var ipv6Gateway: String
    @Zero public var macAddress: String
    @Zero public var networks: [String: EndpointSettings]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case bridge = "Bridge"
        case sandboxID = "SandboxID"
        case sandboxKey = "SandboxKey"
        case ports = "Ports"
        case hairpinMode = "HairpinMode"
        case linkLocalIPv6Address = "LinkLocalIPv6Address"
        case linkLocalIPv6PrefixLen = "LinkLocalIPv6PrefixLen"
        case secondaryIPAddresses = "SecondaryIPAddresses"
        case secondaryIPv6Addresses = "SecondaryIPv6Addresses"
        case endpointID = "EndpointID"
        case gateway = "Gateway"
        case globalIPv6Address = "GlobalIPv6Address"
        case globalIPv6PrefixLen = "GlobalIPv6PrefixLen"
        case ipAddress = "IPAddress"
        case ipPrefixLen = "IPPrefixLen"
        case ipv6Gateway = "IPv6Gateway"
        case macAddress = "MacAddress"
        case networks = "Networks"
    }
}

public struct EndpointSettings: Codable, Sendable, Equatable {
    @Nullable public var ipamConfig: EndpointIPAMConfig?
    @Nullable public var links: [String]?
    @Nullable public var aliases: [String]?
    @Zero public var macAddress: String
    @Nullable public var driverOpts: [String: String]?
    @Zero public var gwPriority: Int
    @Zero public var networkID: String
    @Zero public var endpointID: String
    @Zero public var gateway: String
    @Zero public var ipAddress: String
    @Zero public var ipPrefixLen: Int
    @Zero public var ipv6Gateway: String
    @Zero public var globalIPv6Address: String
    @Zero public var globalIPv6PrefixLen: Int
    @Nullable public var dnsNames: [String]?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case ipamConfig = "IPAMConfig"
        case links = "Links"
        case aliases = "Aliases"
        case macAddress = "MacAddress"
        case driverOpts = "DriverOpts"
        case gwPriority = "GwPriority"
        case networkID = "NetworkID"
        case endpointID = "EndpointID"
        case gateway = "Gateway"
        case ipAddress = "IPAddress"
        case ipPrefixLen = "IPPrefixLen"
        case ipv6Gateway = "IPv6Gateway"
        case globalIPv6Address = "GlobalIPv6Address"
        case globalIPv6PrefixLen = "GlobalIPv6PrefixLen"
        case dnsNames = "DNSNames"
    }
}

public struct EndpointIPAMConfig: Codable, Sendable, Equatable {
    @OmitZero public var ipv4Address: String
    @OmitZero public var ipv6Address: String
    @OmitZero public var linkLocalIPs: [String]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case ipv4Address = "IPv4Address"
        case ipv6Address = "IPv6Address"
        case linkLocalIPs = "LinkLocalIPs"
    }
}
