internal import APIModel
internal import Cgroups

extension ContainerStats {
    /// Puts a control group's counters where Docker shows them. `machineMemory` is the limit of who has none.
    mutating func take(_ counters: CgroupStats, machineMemory: UInt64) {
        cpu = CPUStats(counters.cpu)
        memory = MemoryStats(counters, machineMemory: machineMemory)
        blockIO = BlockIOStats(counters)
        pids.current = counters.pids.current
        pids.limit = counters.pids.limit ?? (counters.isUnified ? .max : 0)
    }
}

extension CPUStats {
    fileprivate init(_ counters: CgroupStats.CPU) {
        self.init()
        usage.total = counters.total
        usage.perCPU = counters.perCPU
        usage.kernelMode = counters.kernelMode
        usage.userMode = counters.userMode
        throttling.periods = counters.periods
        throttling.throttledPeriods = counters.throttledPeriods
        throttling.throttledTime = counters.throttledTime
    }
}

extension MemoryStats {
    fileprivate init(_ counters: CgroupStats, machineMemory: UInt64) {
        self.init()
        usage = counters.memory.usage
        // Docker tells it of version 1 only.
        maximumUsage = counters.isUnified ? 0 : counters.memory.maximumUsage ?? 0
        statistics = counters.memory.statistics
        failures = counters.memory.failures ?? 0
        limit = min(counters.memory.limit ?? machineMemory, machineMemory)
    }
}

extension BlockIOStats {
    /// Version 1 has lists for everything, of which today's kernels fill two; version 2 has one.
    fileprivate init(_ counters: CgroupStats) {
        self.init()
        let bytes = counters.blockIO.serviceBytes.map(Entry.init)
        guard !counters.isUnified else {
            serviceBytes = bytes.isEmpty ? nil : bytes
            return
        }
        serviceBytes = bytes
        serviced = counters.blockIO.serviced.map(Entry.init)
        (queued, serviceTime, waitTime, merged, time, sectors) = ([], [], [], [], [], [])
    }
}

extension BlockIOStats.Entry {
    fileprivate init(_ entry: CgroupStats.BlockIO.Entry) {
        self.init(major: entry.major, minor: entry.minor, operation: entry.operation, value: entry.value)
    }
}
