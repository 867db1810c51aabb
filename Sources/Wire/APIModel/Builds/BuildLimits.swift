/// What the commands of a build may use. Zero or empty: no limit of its own.
public struct BuildLimits: Sendable, Equatable {
    /// Bytes.
    public var memory: Int64 = 0
    /// Memory plus swap, bytes; -1 is unlimited, 0 twice the memory.
    public var memorySwap: Int64 = 0
    public var cpuShares: Int64 = 0
    public var cpusetCpus = ""
    public var cpusetMems = ""
    /// Microseconds.
    public var cpuPeriod: Int64 = 0
    /// Microseconds a period.
    public var cpuQuota: Int64 = 0
    public var cgroupParent = ""
    /// Bytes; 0 is 64 MiB.
    public var shmSize: Int64 = 0
    public var ulimits: [Ulimit] = []

    public init() {}
}
