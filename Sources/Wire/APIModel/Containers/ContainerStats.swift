/// One sample of a container's counters, as `GET /containers/{id}/stats` tells it in today's shape.
public struct ContainerStats: Codable, Sendable, Equatable {
    /// With the leading `/`.
    @OmitZero public var name: String
    @OmitZero public var id: String
    /// RFC 3339; Go's zero time when the container has no process.
    public var read: String
    /// When `previousCPU` was read; the zero time without one.
    public var previousRead: String
    @Zero public var pids: PidsStats
    @Zero public var blockIO: BlockIOStats
    /// Windows has these two.
    @Zero public var processCount: UInt32
    @Zero public var storage: EmptyObject
    @Zero public var cpu: CPUStats
    /// Those of the sample before, which percentages need.
    @Zero public var previousCPU: CPUStats
    @Zero public var memory: MemoryStats
    /// By the names of the interfaces inside.
    @OmitZero public var networks: [String: InterfaceStats]

    public static let never = "0001-01-01T00:00:00Z"

    public init(name: String, id: String, read: String = never) {
        self.read = read
        previousRead = Self.never
        self.name = name
        self.id = id
    }

    /// This sample after another one.
    public func following(_ previous: ContainerStats?) -> ContainerStats {
        var sample = self
        sample.previousCPU = previous?.cpu ?? CPUStats()
        sample.previousRead = previous?.read ?? Self.never
        return sample
    }

    enum CodingKeys: String, CodingKey {
        case name, id, read
        case previousRead = "preread"
        case pids = "pids_stats"
        case blockIO = "blkio_stats"
        case processCount = "num_procs"
        case storage = "storage_stats"
        case cpu = "cpu_stats"
        case previousCPU = "precpu_stats"
        case memory = "memory_stats"
        case networks
    }
}

public struct PidsStats: Codable, Sendable, Equatable, ZeroValue {
    @OmitZero public var current: UInt64
    /// 0 is none; version 2 of control groups says 2^64 - 1 there.
    @OmitZero public var limit: UInt64

    public init() {}
}

/// Nanoseconds since the container was started, or the machine.
public struct CPUStats: Codable, Sendable, Equatable, ZeroValue {
    @Zero public var usage: Usage
    /// Of all processors together, idle time included.
    @OmitZero public var system: UInt64
    @OmitZero public var onlineCPUs: UInt32
    @Zero public var throttling: Throttling

    public init() {}

    enum CodingKeys: String, CodingKey {
        case usage = "cpu_usage"
        case system = "system_cpu_usage"
        case onlineCPUs = "online_cpus"
        case throttling = "throttling_data"
    }

    public struct Usage: Codable, Sendable, Equatable, ZeroValue {
        @Zero public var total: UInt64
        /// Not with version 2 of control groups.
        @OmitZero public var perCPU: [UInt64]
        @Zero public var kernelMode: UInt64
        @Zero public var userMode: UInt64

        public init() {}

        enum CodingKeys: String, CodingKey {
            case total = "total_usage"
            case perCPU = "percpu_usage"
            case kernelMode = "usage_in_kernelmode"
            case userMode = "usage_in_usermode"
        }
    }

    public struct Throttling: Codable, Sendable, Equatable, ZeroValue {
        @Zero public var periods: UInt64
        @Zero public var throttledPeriods: UInt64
        @Zero public var throttledTime: UInt64

        public init() {}

        enum CodingKeys: String, CodingKey {
            case periods
            case throttledPeriods = "throttled_periods"
            case throttledTime = "throttled_time"
        }
    }
}

/// Bytes.
public struct MemoryStats: Codable, Sendable, Equatable, ZeroValue {
    /// The page cache is part of it.
    @OmitZero public var usage: UInt64
    @OmitZero public var maximumUsage: UInt64
    /// The kernel's `memory.stat`, whose names differ between the versions of control groups.
    @OmitZero public var statistics: [String: UInt64]
    @OmitZero public var failures: UInt64
    /// The container's, or all the machine has.
    @OmitZero public var limit: UInt64

    public init() {}

    enum CodingKeys: String, CodingKey {
        case usage
        case maximumUsage = "max_usage"
        case statistics = "stats"
        case failures = "failcnt"
        case limit
    }
}

/// Nil is what the kernel does not count.
public struct BlockIOStats: Codable, Sendable, Equatable, ZeroValue {
    @Nullable public var serviceBytes: [Entry]?
    @Nullable public var serviced: [Entry]?
    @Nullable public var queued: [Entry]?
    @Nullable public var serviceTime: [Entry]?
    @Nullable public var waitTime: [Entry]?
    @Nullable public var merged: [Entry]?
    @Nullable public var time: [Entry]?
    @Nullable public var sectors: [Entry]?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case serviceBytes = "io_service_bytes_recursive"
        case serviced = "io_serviced_recursive"
        case queued = "io_queue_recursive"
        case serviceTime = "io_service_time_recursive"
        case waitTime = "io_wait_time_recursive"
        case merged = "io_merged_recursive"
        case time = "io_time_recursive"
        case sectors = "sectors_recursive"
    }

    /// What one device did of one kind.
    public struct Entry: Codable, Sendable, Equatable {
        public var major: UInt64
        public var minor: UInt64
        /// `Read`, `Write`, …; in small letters with version 2 of control groups.
        public var operation: String
        public var value: UInt64

        public init(major: UInt64, minor: UInt64, operation: String, value: UInt64) {
            self.major = major
            self.minor = minor
            self.operation = operation
            self.value = value
        }

        enum CodingKeys: String, CodingKey {
            case major, minor
            case operation = "op"
            case value
        }
    }
}

/// What went through one interface.
public struct InterfaceStats: Codable, Sendable, Equatable {
    @Zero public var receivedBytes: UInt64
    @Zero public var receivedPackets: UInt64
    @Zero public var receiveErrors: UInt64
    @Zero public var receiveDrops: UInt64
    @Zero public var sentBytes: UInt64
    @Zero public var sentPackets: UInt64
    @Zero public var sendErrors: UInt64
    @Zero public var sendDrops: UInt64

    public init() {}

    enum CodingKeys: String, CodingKey {
        case receivedBytes = "rx_bytes"
        case receivedPackets = "rx_packets"
        case receiveErrors = "rx_errors"
        case receiveDrops = "rx_dropped"
        case sentBytes = "tx_bytes"
        case sentPackets = "tx_packets"
        case sendErrors = "tx_errors"
        case sendDrops = "tx_dropped"
    }
}
