internal import LinuxSystem

enum MemoryFiles: ControllerFiles {
    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        let memory = resources.memory
        try setLimits(memory, folder)
        if let value = memory.reservation { try folder.write("memory.soft_limit_in_bytes", value) }
        if let value = memory.swappiness { try folder.write("memory.swappiness", value) }
        if memory.disableOOMKiller == true { try folder.write("memory.oom_control", "1") }
        if memory.disableOOMKiller == false { try folder.write("memory.oom_control", "0") }
    }

    /// The kernel keeps limit ≤ memory+swap at every moment, so the order depends on which way the two move.
    private static func setLimits(_ memory: CgroupResources.Memory, _ folder: CgroupFolder) throws(SystemError) {
        guard let limit = memory.limit else { return try setSwap(memory.swap, folder) }
        do {
            try folder.write("memory.limit_in_bytes", limit)
            try setSwap(memory.swap, folder)
        } catch {
            guard error.errno == Failure.invalid, memory.swap != nil else { throw error }
            try setSwap(memory.swap, folder)
            try folder.write("memory.limit_in_bytes", limit)
        }
    }

    /// Where the kernel does not count swap, no limit is what there is.
    private static func setSwap(_ swap: Int64?, _ folder: CgroupFolder) throws(SystemError) {
        guard let swap else { return }
        let isThere = try folder.writeIfPresent("memory.memsw.limit_in_bytes", "\(swap)")
        if !isThere, swap > 0 {
            throw SystemError(
                errno: Failure.notSupported, call: "write", subject: folder.file("memory.memsw.limit_in_bytes"))
        }
    }

    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        let memory = resources.memory
        if let swap = try swapV2(memory) {
            let isThere = try folder.writeIfPresent("memory.swap.max", bound(swap))
            if !isThere, swap > 0 {
                throw SystemError(errno: Failure.notSupported, call: "write", subject: folder.file("memory.swap.max"))
            }
        }
        if let limit = memory.limit { try folder.write("memory.max", bound(limit)) }
        if let low = memory.reservation { try folder.write("memory.low", bound(low)) }
    }

    /// Version 2 limits swap alone.
    private static func swapV2(_ memory: CgroupResources.Memory) throws(SystemError) -> Int64? {
        guard let swap = memory.swap, swap != 0 else { return nil }
        if swap < 0 { return -1 }
        guard let limit = memory.limit, limit > 0, swap >= limit else {
            throw SystemError(errno: Failure.invalid, call: "cgroup", subject: "memory+swap limit below memory limit")
        }
        return swap - limit
    }

    private static func bound(_ value: Int64) -> String { value < 0 ? "max" : "\(value)" }

    static func readV1(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        stats.memory.usage = folder.number("memory.usage_in_bytes") ?? 0
        stats.memory.maximumUsage = folder.number("memory.max_usage_in_bytes")
        stats.memory.failures = folder.number("memory.failcnt")
        // "Unlimited" reads as the largest number of whole pages.
        stats.memory.limit = folder.number("memory.limit_in_bytes").flatMap { $0 >= 1 << 62 ? nil : $0 }
        stats.memory.statistics = folder.table("memory.stat")
    }

    static func readV2(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        stats.isUnified = true
        stats.memory.usage = folder.number("memory.current") ?? 0
        stats.memory.maximumUsage = folder.number("memory.peak")
        stats.memory.limit = folder.number("memory.max")
        stats.memory.failures = folder.table("memory.events")["oom"]
        stats.memory.statistics = folder.table("memory.stat")
    }

    /// How many processes the kernel has killed here for want of memory.
    static func oomKills(_ folder: CgroupFolder) -> UInt64 {
        folder.table(folder.isUnified ? "memory.events" : "memory.oom_control")["oom_kill"] ?? 0
    }
}
