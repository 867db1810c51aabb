/// Limits for the container's control group (config-linux.md, Control groups). Nil leaves the kernel's value alone.
public struct OCIResources: Codable, Hashable, Sendable {
    /// Applied in order, the last that fits wins.
    @OmittedWhenEmpty public var devices: [OCIDeviceRule]
    public var memory: OCIMemory?
    public var cpu: OCICPU?
    public var pids: OCIPids?
    public var blockIO: OCIBlockIO?
    @OmittedWhenEmpty public var hugepageLimits: [OCIHugepageLimit]
    /// Files of cgroup v2 by name, written as they are.
    @OmittedWhenEmpty public var unified: [String: String]

    public init(
        devices: [OCIDeviceRule] = [], memory: OCIMemory? = nil, cpu: OCICPU? = nil, pids: OCIPids? = nil,
        blockIO: OCIBlockIO? = nil, hugepageLimits: [OCIHugepageLimit] = [], unified: [String: String] = [:]
    ) {
        self.devices = devices
        self.memory = memory
        self.cpu = cpu
        self.pids = pids
        self.blockIO = blockIO
        self.hugepageLimits = hugepageLimits
        self.unified = unified
    }
}

/// One rule of the device controller.
public struct OCIDeviceRule: Codable, Hashable, Sendable {
    public var allow: Bool
    /// `a` (all), `c` or `b`; empty is `a`.
    @OmittedWhenEmpty public var type: String
    /// Nil is every number.
    public var major: Int64?
    public var minor: Int64?
    /// Some of `r`, `w`, `m`.
    @OmittedWhenEmpty public var access: String

    public init(allow: Bool, type: String = "", major: Int64? = nil, minor: Int64? = nil, access: String = "") {
        self.allow = allow
        self.type = type
        self.major = major
        self.minor = minor
        self.access = access
    }
}

/// Memory limits in bytes; -1 is unlimited.
public struct OCIMemory: Codable, Hashable, Sendable {
    public var limit: Int64?
    public var reservation: Int64?
    /// Memory and swap together.
    public var swap: Int64?
    public var kernel: Int64?
    public var kernelTCP: Int64?
    /// 0 to 100.
    public var swappiness: UInt64?
    public var disableOOMKiller: Bool?

    public init(
        limit: Int64? = nil, reservation: Int64? = nil, swap: Int64? = nil, kernel: Int64? = nil,
        kernelTCP: Int64? = nil, swappiness: UInt64? = nil, disableOOMKiller: Bool? = nil
    ) {
        self.limit = limit
        self.reservation = reservation
        self.swap = swap
        self.kernel = kernel
        self.kernelTCP = kernelTCP
        self.swappiness = swappiness
        self.disableOOMKiller = disableOOMKiller
    }
}

/// Processor shares and bandwidth; quotas, periods and bursts in microseconds.
public struct OCICPU: Codable, Hashable, Sendable {
    public var shares: UInt64?
    public var quota: Int64?
    public var burst: UInt64?
    public var period: UInt64?
    public var realtimeRuntime: Int64?
    public var realtimePeriod: UInt64?
    /// Lists such as `0-3,8`.
    @OmittedWhenEmpty public var cpus: String
    @OmittedWhenEmpty public var mems: String
    public var idle: Int64?

    public init(
        shares: UInt64? = nil, quota: Int64? = nil, burst: UInt64? = nil, period: UInt64? = nil,
        realtimeRuntime: Int64? = nil, realtimePeriod: UInt64? = nil, cpus: String = "", mems: String = "",
        idle: Int64? = nil
    ) {
        self.shares = shares
        self.quota = quota
        self.burst = burst
        self.period = period
        self.realtimeRuntime = realtimeRuntime
        self.realtimePeriod = realtimePeriod
        self.cpus = cpus
        self.mems = mems
        self.idle = idle
    }
}

/// How many tasks the group may have; 0 or less is unlimited.
public struct OCIPids: Codable, Hashable, Sendable {
    public var limit: Int64

    public init(limit: Int64) { self.limit = limit }
}

/// Limits on block devices.
public struct OCIBlockIO: Codable, Hashable, Sendable {
    /// 10 to 1000.
    public var weight: UInt16?
    public var leafWeight: UInt16?
    @OmittedWhenEmpty public var weightDevice: [OCIWeightDevice]
    /// Bytes per second.
    @OmittedWhenEmpty public var throttleReadBpsDevice: [OCIThrottleDevice]
    @OmittedWhenEmpty public var throttleWriteBpsDevice: [OCIThrottleDevice]
    /// Operations per second.
    @OmittedWhenEmpty public var throttleReadIOPSDevice: [OCIThrottleDevice]
    @OmittedWhenEmpty public var throttleWriteIOPSDevice: [OCIThrottleDevice]

    public init(
        weight: UInt16? = nil, leafWeight: UInt16? = nil, weightDevice: [OCIWeightDevice] = [],
        throttleReadBpsDevice: [OCIThrottleDevice] = [], throttleWriteBpsDevice: [OCIThrottleDevice] = [],
        throttleReadIOPSDevice: [OCIThrottleDevice] = [], throttleWriteIOPSDevice: [OCIThrottleDevice] = []
    ) {
        self.weight = weight
        self.leafWeight = leafWeight
        self.weightDevice = weightDevice
        self.throttleReadBpsDevice = throttleReadBpsDevice
        self.throttleWriteBpsDevice = throttleWriteBpsDevice
        self.throttleReadIOPSDevice = throttleReadIOPSDevice
        self.throttleWriteIOPSDevice = throttleWriteIOPSDevice
    }
}

/// A weight for one block device.
public struct OCIWeightDevice: Codable, Hashable, Sendable {
    public var major: Int64
    public var minor: Int64
    public var weight: UInt16?
    public var leafWeight: UInt16?

    public init(major: Int64, minor: Int64, weight: UInt16? = nil, leafWeight: UInt16? = nil) {
        self.major = major
        self.minor = minor
        self.weight = weight
        self.leafWeight = leafWeight
    }
}

/// A rate for one block device.
public struct OCIThrottleDevice: Codable, Hashable, Sendable {
    public var major: Int64
    public var minor: Int64
    public var rate: UInt64

    public init(major: Int64, minor: Int64, rate: UInt64) {
        self.major = major
        self.minor = minor
        self.rate = rate
    }
}

/// A limit in bytes for huge pages of one size, such as `2MB`.
public struct OCIHugepageLimit: Codable, Hashable, Sendable {
    public var pageSize: String
    public var limit: UInt64

    public init(pageSize: String, limit: UInt64) {
        self.pageSize = pageSize
        self.limit = limit
    }
}
