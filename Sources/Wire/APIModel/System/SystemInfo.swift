/// The answer to `GET /info` in today's shape; 1.18's is made from it by an adapter.
public struct SystemInfo: Codable, Sendable {
    public struct Plugins: Codable, Sendable {
        @Nullable public var volume: [String]?
        @Nullable public var network: [String]?
        @Nullable public var authorization: [String]?
        @Nullable public var log: [String]?

        public init() {}

        enum CodingKeys: String, CodingKey {
            case volume = "Volume"
            case network = "Network"
            case authorization = "Authorization"
            case log = "Log"
        }
    }

    public struct Runtime: Codable, Sendable {
        public var path: String

        public init(path: String) { self.path = path }
    }

    public struct SwarmState: Codable, Sendable {
        @Zero public var nodeID: String
        @Zero public var nodeAddr: String
        @Zero public var localNodeState: String
        @Zero public var controlAvailable: Bool
        @Zero public var error: String
        @Nullable public var remoteManagers: [String]?

        public init() { localNodeState = "inactive" }

        enum CodingKeys: String, CodingKey {
            case nodeID = "NodeID"
            case nodeAddr = "NodeAddr"
            case localNodeState = "LocalNodeState"
            case controlAvailable = "ControlAvailable"
            case error = "Error"
            case remoteManagers = "RemoteManagers"
        }
    }

    public struct Commit: Codable, Sendable {
        @Zero public var id: String

        public init(id: String = "") { self.id = id }

        enum CodingKeys: String, CodingKey {
            case id = "ID"
        }
    }

    @Zero public var id: String
    @Zero public var containers: Int
    @Zero public var containersRunning: Int
    @Zero public var containersPaused: Int
    @Zero public var containersStopped: Int
    @Zero public var images: Int
    @Zero public var driver: String
    @Zero public var driverStatus: [[String]]
    @Zero public var plugins: Plugins
    @Zero public var memoryLimit: Bool
    @Zero public var swapLimit: Bool
    @Zero public var cpuCfsPeriod: Bool
    @Zero public var cpuCfsQuota: Bool
    @Zero public var cpuShares: Bool
    @Zero public var cpuSet: Bool
    @Zero public var pidsLimit: Bool
    @Zero public var ipv4Forwarding: Bool
    @Zero public var debug: Bool
    @Zero public var nfd: Int
    @Zero public var oomKillDisable: Bool
    @Zero public var nGoroutines: Int
    @Zero public var systemTime: String
    @Zero public var loggingDriver: String
    @Zero public var cgroupDriver: String
    @Zero public var cgroupVersion: String
    @Zero public var nEventsListener: Int
    @Zero public var kernelVersion: String
    @Zero public var operatingSystem: String
    @Zero public var osVersion: String
    @Zero public var osType: String
    @Zero public var architecture: String
    @Zero public var indexServerAddress: String
    public var registryConfig: RegistrySettings?
    @Zero public var ncpu: Int
    @Zero public var memTotal: Int64
    @Nullable public var genericResources: [String]?
    @Zero public var dockerRootDir: String
    @Zero public var httpProxy: String
    @Zero public var httpsProxy: String
    @Zero public var noProxy: String
    @Zero public var name: String
    @Zero public var labels: [String]
    @Zero public var experimentalBuild: Bool
    @Zero public var serverVersion: String
    @Zero public var runtimes: [String: Runtime]
    @Zero public var defaultRuntime: String
    @Zero public var swarm: SwarmState
    @Zero public var liveRestoreEnabled: Bool
    @Zero public var isolation: String
    @Zero public var initBinary: String
    @Zero public var containerdCommit: Commit
    @Zero public var runcCommit: Commit
    @Zero public var initCommit: Commit
    @Zero public var securityOptions: [String]
    @Zero public var firewallBackend: FirewallBackend
    @Zero public var cdiSpecDirs: [String]
    @Nullable public var warnings: [String]?
    /// 1.18 only: where `docker info -D` finds the supervisor.
    public var initPath: String?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case containers = "Containers"
        case containersRunning = "ContainersRunning"
        case containersPaused = "ContainersPaused"
        case containersStopped = "ContainersStopped"
        case images = "Images"
        case driver = "Driver"
        case driverStatus = "DriverStatus"
        case plugins = "Plugins"
        case memoryLimit = "MemoryLimit"
        case swapLimit = "SwapLimit"
        case cpuCfsPeriod = "CpuCfsPeriod"
        case cpuCfsQuota = "CpuCfsQuota"
        case cpuShares = "CPUShares"
        case cpuSet = "CPUSet"
        case pidsLimit = "PidsLimit"
        case ipv4Forwarding = "IPv4Forwarding"
        case debug = "Debug"
        case nfd = "NFd"
        case oomKillDisable = "OomKillDisable"
        case nGoroutines = "NGoroutines"
        case systemTime = "SystemTime"
        case loggingDriver = "LoggingDriver"
        case cgroupDriver = "CgroupDriver"
        case cgroupVersion = "CgroupVersion"
        case nEventsListener = "NEventsListener"
        case kernelVersion = "KernelVersion"
        case operatingSystem = "OperatingSystem"
        case osVersion = "OSVersion"
        case osType = "OSType"
        case architecture = "Architecture"
        case indexServerAddress = "IndexServerAddress"
        case registryConfig = "RegistryConfig"
        case ncpu = "NCPU"
        case memTotal = "MemTotal"
        case genericResources = "GenericResources"
        case dockerRootDir = "DockerRootDir"
        case httpProxy = "HttpProxy"
        case httpsProxy = "HttpsProxy"
        case noProxy = "NoProxy"
        case name = "Name"
        case labels = "Labels"
        case experimentalBuild = "ExperimentalBuild"
        case serverVersion = "ServerVersion"
        case runtimes = "Runtimes"
        case defaultRuntime = "DefaultRuntime"
        case swarm = "Swarm"
        case liveRestoreEnabled = "LiveRestoreEnabled"
        case isolation = "Isolation"
        case initBinary = "InitBinary"
        case containerdCommit = "ContainerdCommit"
        case runcCommit = "RuncCommit"
        case initCommit = "InitCommit"
        case securityOptions = "SecurityOptions"
        case firewallBackend = "FirewallBackend"
        case cdiSpecDirs = "CDISpecDirs"
        case warnings = "Warnings"
        case initPath = "InitPath"
    }
}

extension SystemInfo {
    public struct FirewallBackend: Codable, Sendable, ZeroValue {
        @Zero public var driver: String

        public init() {}
        public var isZero: Bool { driver.isEmpty }

        enum CodingKeys: String, CodingKey {
            case driver = "Driver"
        }
    }
}

extension SystemInfo.Plugins: ZeroValue {
    public var isZero: Bool { false }
}

extension SystemInfo.SwarmState: ZeroValue {
    public var isZero: Bool { false }
}

extension SystemInfo.Commit: ZeroValue {
    public init() { self.init(id: "") }
    public var isZero: Bool { id.isEmpty }
}
