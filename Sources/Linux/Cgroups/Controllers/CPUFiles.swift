internal import LinuxSystem

enum CPUFiles: ControllerFiles {
    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        let cpu = resources.cpu
        if let shares = cpu.shares, shares != 0 { try folder.write("cpu.shares", shares) }
        try setBandwidth(cpu, folder)
        if let period = cpu.realtimePeriod, period != 0 { try folder.write("cpu.rt_period_us", period) }
        if let runtime = cpu.realtimeRuntime, runtime != 0 { try folder.write("cpu.rt_runtime_us", runtime) }
        if let idle = cpu.idle { try folder.write("cpu.idle", idle) }
    }

    /// A group's quota per period may not exceed its parent's at any moment, so the other order is tried as well.
    private static func setBandwidth(_ cpu: CgroupResources.CPU, _ folder: CgroupFolder) throws(SystemError) {
        let period = cpu.period.flatMap { $0 == 0 ? nil : $0 }
        let quota = cpu.quota.flatMap { $0 == 0 ? nil : $0 }
        do {
            if let period { try folder.write("cpu.cfs_period_us", period) }
            if let quota { try folder.write("cpu.cfs_quota_us", quota) }
        } catch {
            guard error.errno == Failure.invalid, let period, let quota else { throw error }
            try folder.write("cpu.cfs_quota_us", quota)
            try folder.write("cpu.cfs_period_us", period)
        }
        if let burst = cpu.burst { try folder.write("cpu.cfs_burst_us", burst) }
    }

    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        let cpu = resources.cpu
        if let shares = cpu.shares, shares != 0 { try folder.write("cpu.weight", weight(ofShares: shares)) }
        if let idle = cpu.idle { try folder.write("cpu.idle", idle) }
        if cpu.quota != nil || cpu.period != nil {
            let quota = cpu.quota.flatMap { $0 > 0 ? "\($0)" : nil } ?? "max"
            let period = cpu.period.flatMap { $0 > 0 ? " \($0)" : nil } ?? ""
            try folder.write("cpu.max", quota + period)
        }
        if let burst = cpu.burst { try folder.write("cpu.max.burst", burst) }
    }

    /// Shares 2…262144 to weight 1…10000, the mapping that systemd and the OCI runtimes settled on.
    static func weight(ofShares shares: UInt64) -> UInt64 {
        let shares = min(max(shares, 2), 262_144)
        return 1 + (shares - 2) * 9999 / 262_142
    }

    static func readV1(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        let table = folder.table("cpu.stat")
        stats.cpu.periods = table["nr_periods"] ?? 0
        stats.cpu.throttledPeriods = table["nr_throttled"] ?? 0
        stats.cpu.throttledTime = table["throttled_time"] ?? 0
    }

    static func readV2(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        let table = folder.table("cpu.stat")
        stats.cpu.periods = table["nr_periods"] ?? 0
        stats.cpu.throttledPeriods = table["nr_throttled"] ?? 0
        stats.cpu.throttledTime = nanoseconds(table["throttled_usec"])
    }

    static func nanoseconds(_ microseconds: UInt64?) -> UInt64 {
        (microseconds ?? 0).multipliedReportingOverflow(by: 1000).partialValue
    }
}

/// What was used, as opposed to what may be.
enum CPUAccountFiles: ControllerFiles {
    static func readV1(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        stats.cpu.total = folder.number("cpuacct.usage") ?? 0
        stats.cpu.perCPU = (folder.text("cpuacct.usage_percpu") ?? "").split(separator: " ").compactMap { UInt64($0) }
        // Counted in ticks of a hundredth of a second.
        let ticks = folder.table("cpuacct.stat")
        stats.cpu.userMode = (ticks["user"] ?? 0).multipliedReportingOverflow(by: 10_000_000).partialValue
        stats.cpu.kernelMode = (ticks["system"] ?? 0).multipliedReportingOverflow(by: 10_000_000).partialValue
    }

    static func readV2(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        let table = folder.table("cpu.stat")
        stats.cpu.total = CPUFiles.nanoseconds(table["usage_usec"])
        stats.cpu.userMode = CPUFiles.nanoseconds(table["user_usec"])
        stats.cpu.kernelMode = CPUFiles.nanoseconds(table["system_usec"])
    }
}
