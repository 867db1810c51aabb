/// The host-bound half of a container's settings (Docker's `HostConfig`).
public struct HostConfig: Codable, Sendable, Equatable {
    @Nullable public var binds: [String]?
    @Zero public var containerIDFile: String
    @Zero public var logConfig: LogConfig
    /// `default`, `bridge`, `none`, `host`, `container:ID` or a network's name.
    @Zero public var networkMode: String
    @Nullable public var portBindings: [String: [PortBinding]?]?
    @Zero public var restartPolicy: RestartPolicy
    @Zero public var autoRemove: Bool
    @Zero public var volumeDriver: String
    @Nullable public var volumesFrom: [String]?
    /// Rows, columns.
    @Nullable public var consoleSize: [Int]?
    @OmitZero public var annotations: [String: String]
    @Nullable public var capAdd: [String]?
    @Nullable public var capDrop: [String]?
    @Zero public var cgroupnsMode: String
    @Nullable public var dns: [String]?
    @Nullable public var dnsOptions: [String]?
    @Nullable public var dnsSearch: [String]?
    @Nullable public var extraHosts: [String]?
    @Nullable public var groupAdd: [String]?
    @Zero public var ipcMode: String
    @Zero public var cgroup: String
    @Nullable public var links: [String]?
    @Zero public var oomScoreAdj: Int
    @Zero public var pidMode: String
    @Zero public var privileged: Bool
    @Zero public var publishAllPorts: Bool
    @Zero public var readonlyRootfs: Bool
    @Nullable public var securityOpt: [String]?
    @OmitZero public var storageOpt: [String: String]
    @OmitZero public var tmpfs: [String: String]
    @Zero public var utsMode: String
    @Zero public var usernsMode: String
    /// Bytes; 0 is the default of 64 MiB.
    @Zero public var shmSize: Int64
    @OmitZero public var sysctls: [String: String]
    @Zero public var runtime: String
    @Zero public var isolation: String
    @Zero public var cpuShares: Int64
    /// Bytes; 0 is no limit.
    @Zero public var memory: Int64
    @Zero public var nanoCPUs: Int64
    @Zero public var cgroupParent: String
    @Zero public var blkioWeight: UInt16
    @Nullable public var blkioWeightDevice: [WeightDevice]?
    @Nullable public var blkioDeviceReadBps: [ThrottleDevice]?
    @Nullable public var blkioDeviceWriteBps: [ThrottleDevice]?
    @Nullable public var blkioDeviceReadIOps: [ThrottleDevice]?
    @Nullable public var blkioDeviceWriteIOps: [ThrottleDevice]?
    @Zero public var cpuPeriod: Int64
    @Zero public var cpuQuota: Int64
    @Zero public var cpuRealtimePeriod: Int64
    @Zero public var cpuRealtimeRuntime: Int64
    @Zero public var cpusetCpus: String
    @Zero public var cpusetMems: String
    @Nullable public var devices: [DeviceMapping]?
    @Nullable public var deviceCgroupRules: [String]?
    @Nullable public var deviceRequests: [DeviceRequest]?
    @OmitZero public var kernelMemory: Int64
    @Zero public var memoryReservation: Int64
    /// Memory plus swap, bytes; -1 is unlimited, 0 is the default (twice the memory).
    @Zero public var memorySwap: Int64
    @Nullable public var memorySwappiness: Int64?
    @Nullable public var oomKillDisable: Bool?
    @Nullable public var pidsLimit: Int64?
    @Nullable public var ulimits: [Ulimit]?
    @Zero public var cpuCount: Int64
    @Zero public var cpuPercent: Int64
    @Zero public var ioMaximumIOps: UInt64
    @Zero public var ioMaximumBandwidth: UInt64
    @OmitZero public var mounts: [MountRequest]
    @Nullable public var maskedPaths: [String]?
    @Nullable public var readonlyPaths: [String]?
    /// Nil follows the daemon's default.
    public var initProcess: Bool?
    /// Only for the `lxc` driver, which this engine refuses; 1.18 clients send `[]` or a map.
    public var lxcConf: AnyJSON?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case binds = "Binds"
        case containerIDFile = "ContainerIDFile"
        case logConfig = "LogConfig"
        case networkMode = "NetworkMode"
        case portBindings = "PortBindings"
        case restartPolicy = "RestartPolicy"
        case autoRemove = "AutoRemove"
        case volumeDriver = "VolumeDriver"
        case volumesFrom = "VolumesFrom"
        case consoleSize = "ConsoleSize"
        case annotations = "Annotations"
        case capAdd = "CapAdd"
        case capDrop = "CapDrop"
        case cgroupnsMode = "CgroupnsMode"
        case dns = "Dns"
        case dnsOptions = "DnsOptions"
        case dnsSearch = "DnsSearch"
        case extraHosts = "ExtraHosts"
        case groupAdd = "GroupAdd"
        case ipcMode = "IpcMode"
        case cgroup = "Cgroup"
        case links = "Links"
        case oomScoreAdj = "OomScoreAdj"
        case pidMode = "PidMode"
        case privileged = "Privileged"
        case publishAllPorts = "PublishAllPorts"
        case readonlyRootfs = "ReadonlyRootfs"
        case securityOpt = "SecurityOpt"
        case storageOpt = "StorageOpt"
        case tmpfs = "Tmpfs"
        case utsMode = "UTSMode"
        case usernsMode = "UsernsMode"
        case shmSize = "ShmSize"
        case sysctls = "Sysctls"
        case runtime = "Runtime"
        case isolation = "Isolation"
        case cpuShares = "CpuShares"
        case memory = "Memory"
        case nanoCPUs = "NanoCpus"
        case cgroupParent = "CgroupParent"
        case blkioWeight = "BlkioWeight"
        case blkioWeightDevice = "BlkioWeightDevice"
        case blkioDeviceReadBps = "BlkioDeviceReadBps"
        case blkioDeviceWriteBps = "BlkioDeviceWriteBps"
        case blkioDeviceReadIOps = "BlkioDeviceReadIOps"
        case blkioDeviceWriteIOps = "BlkioDeviceWriteIOps"
        case cpuPeriod = "CpuPeriod"
        case cpuQuota = "CpuQuota"
        case cpuRealtimePeriod = "CpuRealtimePeriod"
        case cpuRealtimeRuntime = "CpuRealtimeRuntime"
        case cpusetCpus = "CpusetCpus"
        case cpusetMems = "CpusetMems"
        case devices = "Devices"
        case deviceCgroupRules = "DeviceCgroupRules"
        case deviceRequests = "DeviceRequests"
        case kernelMemory = "KernelMemory"
        case memoryReservation = "MemoryReservation"
        case memorySwap = "MemorySwap"
        case memorySwappiness = "MemorySwappiness"
        case oomKillDisable = "OomKillDisable"
        case pidsLimit = "PidsLimit"
        case ulimits = "Ulimits"
        case cpuCount = "CpuCount"
        case cpuPercent = "CpuPercent"
        case ioMaximumIOps = "IOMaximumIOps"
        case ioMaximumBandwidth = "IOMaximumBandwidth"
        case mounts = "Mounts"
        case maskedPaths = "MaskedPaths"
        case readonlyPaths = "ReadonlyPaths"
        case initProcess = "Init"
        case lxcConf = "LxcConf"
    }
}
