internal import APIModel
internal import OCIRuntime
internal import Primitives

/// Resource limits: Docker's checks, and the OCI shape.
enum ResourceRules {
    /// Below this the kernel's own start-up of a process may be killed; Docker's limit today.
    static let minimumMemory: Int64 = 6 << 20

    static func check(_ hostConfig: HostConfig) throws(EngineError) {
        func require(_ holds: Bool, _ text: @autoclosure () -> String) throws(EngineError) {
            if !holds { throw EngineError(.badParameter, text()) }
        }
        let memory = hostConfig.memory
        try require(memory == 0 || memory >= minimumMemory, "Minimum memory limit allowed is 6MB")
        try require(
            hostConfig.memorySwap <= 0 || memory > 0,
            "You should always set the Memory limit when using Memoryswap limit, see usage")
        try require(
            hostConfig.memorySwap <= 0 || hostConfig.memorySwap >= memory,
            "Minimum memoryswap limit should be larger than memory limit, see usage")
        try require(
            hostConfig.memoryReservation <= 0 || hostConfig.memoryReservation >= minimumMemory,
            "Minimum memory reservation allowed is 6MB")
        try require(
            hostConfig.memoryReservation == 0 || memory == 0 || hostConfig.memoryReservation <= memory,
            "Minimum memory limit can not be less than memory reservation limit, see usage")
        if let swappiness = hostConfig.memorySwappiness {
            try require(
                (-1...100).contains(swappiness),
                "Invalid value: \(swappiness), valid memory swappiness range is 0-100")
        }
        try require(
            hostConfig.nanoCPUs <= 0 || hostConfig.cpuPeriod <= 0,
            "Conflicting options: Nano CPUs and CPU Period cannot both be set")
        try require(
            hostConfig.nanoCPUs <= 0 || hostConfig.cpuQuota <= 0,
            "Conflicting options: Nano CPUs and CPU Quota cannot both be set")
        try require(
            hostConfig.ioMaximumIOps == 0 && hostConfig.ioMaximumBandwidth == 0,
            "Invalid QoS settings: linux does not support Maximum IO Bandwidth or Maximum IO IOps")
        try require(
            hostConfig.cpuPeriod == 0 || (1000...1_000_000).contains(hostConfig.cpuPeriod),
            "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)")
        try require(
            hostConfig.cpuQuota <= 0 || hostConfig.cpuQuota >= 1000,
            "CPU cfs quota can not be less than 1ms (i.e. 1000)")
        try require(
            hostConfig.cpuShares >= 0, "invalid CPU shares (\(hostConfig.cpuShares)): value must be a positive integer")
        try require(
            hostConfig.blkioWeight == 0 || (10...1000).contains(hostConfig.blkioWeight),
            "Range of blkio weight is from 10 to 1000")
        try require(
            (-1000...1000).contains(hostConfig.oomScoreAdj),
            "Invalid value \(hostConfig.oomScoreAdj), range for oom score adj is [-1000, 1000]")
        try require(hostConfig.shmSize >= 0, "SHM size can not be less than 0")
        try checkCPUList(hostConfig.cpusetCpus, "cpus")
        try checkCPUList(hostConfig.cpusetMems, "mems")
    }

    private static func checkCPUList(_ text: String, _ what: String) throws(EngineError) {
        guard !text.isEmpty else { return }
        let isValid = text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { part in
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false)
            let numbers = bounds.compactMap { UInt16($0) }
            return numbers.count == bounds.count && (1...2).contains(numbers.count)
                && numbers[0] <= numbers[numbers.count - 1]
        }
        if !isValid { throw EngineError(.badParameter, "Invalid value \(text) for cpuset \(what)") }
    }

    static func resources(_ hostConfig: HostConfig, devices: [OCIDeviceRule]) throws(EngineError) -> OCIResources {
        var resources = OCIResources(devices: devices)
        resources.memory = memory(hostConfig)
        resources.cpu = cpu(hostConfig)
        // Zero takes a limit away as well, for `docker update`.
        if let limit = hostConfig.pidsLimit { resources.pids = OCIPids(limit: limit > 0 ? limit : -1) }
        resources.blockIO = try blockIO(hostConfig)
        return resources
    }

    private static func memory(_ hostConfig: HostConfig) -> OCIMemory? {
        var memory = OCIMemory()
        if hostConfig.memory > 0 {
            memory.limit = hostConfig.memory
            // Docker's default: as much swap again.
            memory.swap = hostConfig.memorySwap == 0 ? twice(hostConfig.memory) : hostConfig.memorySwap
        }
        if hostConfig.memoryReservation > 0 { memory.reservation = hostConfig.memoryReservation }
        if let swappiness = hostConfig.memorySwappiness, swappiness >= 0 { memory.swappiness = UInt64(swappiness) }
        if hostConfig.oomKillDisable == true { memory.disableOOMKiller = true }
        return memory == OCIMemory() ? nil : memory
    }

    private static func twice(_ bytes: Int64) -> Int64 {
        let (double, overflows) = bytes.multipliedReportingOverflow(by: 2)
        return overflows ? .max : double
    }

    private static func cpu(_ hostConfig: HostConfig) -> OCICPU? {
        var cpu = OCICPU()
        if hostConfig.cpuShares > 0 { cpu.shares = UInt64(min(max(hostConfig.cpuShares, 2), 262_144)) }
        if hostConfig.nanoCPUs > 0 {
            cpu.period = 100_000
            cpu.quota = max(1000, hostConfig.nanoCPUs / 10_000)
        }
        if hostConfig.cpuPeriod > 0 { cpu.period = UInt64(hostConfig.cpuPeriod) }
        if hostConfig.cpuQuota != 0 { cpu.quota = hostConfig.cpuQuota }
        if hostConfig.cpuRealtimePeriod > 0 { cpu.realtimePeriod = UInt64(hostConfig.cpuRealtimePeriod) }
        if hostConfig.cpuRealtimeRuntime != 0 { cpu.realtimeRuntime = hostConfig.cpuRealtimeRuntime }
        cpu.cpus = hostConfig.cpusetCpus
        cpu.mems = hostConfig.cpusetMems
        return cpu == OCICPU() ? nil : cpu
    }
}
