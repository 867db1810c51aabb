/// What a group has used, in the units and names that Docker's stats have. Counters of a controller that is not there
/// are zero.
public struct CgroupStats: Sendable, Hashable {
    /// True when memory is counted by version 2, whose `memory.stat` has other names.
    public var isUnified = false
    public var cpu = CPU()
    public var memory = Memory()
    public var blockIO = BlockIO()
    public var pids = Pids()

    public init() {}

    /// Nanoseconds.
    public struct CPU: Sendable, Hashable {
        public var total: UInt64 = 0
        public var kernelMode: UInt64 = 0
        public var userMode: UInt64 = 0
        /// Empty in version 2.
        public var perCPU: [UInt64] = []
        public var periods: UInt64 = 0
        public var throttledPeriods: UInt64 = 0
        public var throttledTime: UInt64 = 0
    }

    /// Bytes.
    public struct Memory: Sendable, Hashable {
        public var usage: UInt64 = 0
        /// Nil where the kernel does not say.
        public var maximumUsage: UInt64?
        /// How often the limit was hit; in version 2 how often the kernel then found nothing to give back.
        public var failures: UInt64?
        /// Nil when there is none.
        public var limit: UInt64?
        /// `memory.stat`, line for line.
        public var statistics: [String: UInt64] = [:]
    }

    public struct BlockIO: Sendable, Hashable {
        public var serviceBytes: [Entry] = []
        public var serviced: [Entry] = []

        public struct Entry: Sendable, Hashable {
            public var major: UInt64
            public var minor: UInt64
            /// `Read`, `Write`, `Sync`, `Async`, `Discard`, `Total` in version 1, `read` and `write` in version 2.
            public var operation: String
            public var value: UInt64

            public init(major: UInt64, minor: UInt64, operation: String, value: UInt64) {
                self.major = major
                self.minor = minor
                self.operation = operation
                self.value = value
            }
        }
    }

    public struct Pids: Sendable, Hashable {
        public var current: UInt64 = 0
        /// Nil when there is none.
        public var limit: UInt64?
    }
}
