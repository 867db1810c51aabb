/// Limits for a control group. Nil and empty leave the kernel's value alone; -1 is unlimited where that makes sense.
public struct CgroupResources: Sendable, Hashable {
    public var memory: Memory
    public var cpu: CPU
    /// Tasks; 0 or less is unlimited.
    public var pidsLimit: Int64?
    public var blockIO: BlockIO
    /// In order, the last that fits wins; nothing is allowed before the first. Empty leaves devices alone.
    public var devices: [CgroupDeviceRule]
    /// Bytes by page size, such as `2MB`.
    public var hugepages: [String: UInt64]
    /// Files of version 2, written as they are; refused where there is no version 2.
    public var unified: [String: String]

    public init(
        memory: Memory = Memory(), cpu: CPU = CPU(), pidsLimit: Int64? = nil, blockIO: BlockIO = BlockIO(),
        devices: [CgroupDeviceRule] = [], hugepages: [String: UInt64] = [:], unified: [String: String] = [:]
    ) {
        self.memory = memory
        self.cpu = cpu
        self.pidsLimit = pidsLimit
        self.blockIO = blockIO
        self.devices = devices
        self.hugepages = hugepages
        self.unified = unified
    }

    /// Those that these limits cannot do without. Devices are left out: where nothing filters them, nothing forbids.
    var controllers: [Controller] {
        var needed: [Controller] = []
        if (memory.limit ?? -1) > 0 || (memory.reservation ?? -1) > 0 { needed.append(.memory) }
        if cpu.shares ?? 0 != 0 || cpu.quota ?? 0 > 0 { needed.append(.cpu) }
        if !cpu.cpus.isEmpty || !cpu.mems.isEmpty { needed.append(.cpuset) }
        if (pidsLimit ?? -1) > 0 { needed.append(.pids) }
        if blockIO != BlockIO() { needed.append(.blkio) }
        if !hugepages.isEmpty { needed.append(.hugetlb) }
        return needed
    }

    /// Bytes.
    public struct Memory: Sendable, Hashable {
        public var limit: Int64?
        public var reservation: Int64?
        /// Memory and swap together, as version 1 counts.
        public var swap: Int64?
        /// 0 to 100; version 1 only.
        public var swappiness: UInt64?
        /// Version 1 only.
        public var disableOOMKiller: Bool?

        public init(
            limit: Int64? = nil, reservation: Int64? = nil, swap: Int64? = nil, swappiness: UInt64? = nil,
            disableOOMKiller: Bool? = nil
        ) {
            self.limit = limit
            self.reservation = reservation
            self.swap = swap
            self.swappiness = swappiness
            self.disableOOMKiller = disableOOMKiller
        }
    }

    /// Times in microseconds.
    public struct CPU: Sendable, Hashable {
        /// 2 to 262144, 1024 being the usual share.
        public var shares: UInt64?
        public var quota: Int64?
        public var period: UInt64?
        public var burst: UInt64?
        public var realtimeRuntime: Int64?
        public var realtimePeriod: UInt64?
        /// Lists such as `0-3,8`.
        public var cpus: String
        public var mems: String
        public var idle: Int64?

        public init(
            shares: UInt64? = nil, quota: Int64? = nil, period: UInt64? = nil, burst: UInt64? = nil,
            realtimeRuntime: Int64? = nil, realtimePeriod: UInt64? = nil, cpus: String = "", mems: String = "",
            idle: Int64? = nil
        ) {
            self.shares = shares
            self.quota = quota
            self.period = period
            self.burst = burst
            self.realtimeRuntime = realtimeRuntime
            self.realtimePeriod = realtimePeriod
            self.cpus = cpus
            self.mems = mems
            self.idle = idle
        }
    }

    public struct BlockIO: Sendable, Hashable {
        /// 10 to 1000.
        public var weight: UInt16?
        public var deviceWeights: [DeviceWeight]
        public var limits: [DeviceLimit]

        public init(weight: UInt16? = nil, deviceWeights: [DeviceWeight] = [], limits: [DeviceLimit] = []) {
            self.weight = weight
            self.deviceWeights = deviceWeights
            self.limits = limits
        }
    }

    public struct DeviceWeight: Sendable, Hashable {
        public var major: Int64
        public var minor: Int64
        public var weight: UInt16

        public init(major: Int64, minor: Int64, weight: UInt16) {
            self.major = major
            self.minor = minor
            self.weight = weight
        }
    }

    /// A rate per second for one block device.
    public struct DeviceLimit: Sendable, Hashable {
        public enum Kind: Sendable, Hashable { case readBytes, writeBytes, readOperations, writeOperations }

        public var kind: Kind
        public var major: Int64
        public var minor: Int64
        /// 0 takes the limit away.
        public var rate: UInt64

        public init(_ kind: Kind, major: Int64, minor: Int64, rate: UInt64) {
            self.kind = kind
            self.major = major
            self.minor = minor
            self.rate = rate
        }
    }
}

/// One rule of the device controller.
public struct CgroupDeviceRule: Sendable, Hashable {
    public enum Kind: Sendable, Hashable { case all, block, character }

    public struct Access: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        // The bits of BPF_DEVCG_ACC_*.
        public static let makeNode = Access(rawValue: 1)
        public static let read = Access(rawValue: 2)
        public static let write = Access(rawValue: 4)
        public static let all: Access = [.makeNode, .read, .write]
    }

    public var allow: Bool
    public var kind: Kind
    /// Nil is every number.
    public var major: UInt32?
    public var minor: UInt32?
    public var access: Access

    public init(allow: Bool, kind: Kind = .all, major: UInt32? = nil, minor: UInt32? = nil, access: Access = .all) {
        self.allow = allow
        self.kind = kind
        self.major = major
        self.minor = minor
        self.access = access
    }

    /// Whether the rule is about every device and all access.
    var coversEverything: Bool {
        kind == .all && major == nil && minor == nil && access == .all
    }
}
