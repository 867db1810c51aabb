public import APIModel
public import Primitives

/// What the machine can limit, as far as Docker's checks ask.
public struct HostResources: Sendable, Equatable {
    public var hasMemoryLimit = true
    public var hasSwapLimit = true
    public var hasSwappiness = true
    public var hasOOMKillDisable = true
    public var hasPidsLimit = true
    public var hasCPUShares = true
    public var hasCPUQuota = true
    public var hasBlockIOWeight = true
    public var hasBlockIOThrottle = true
    public var forwardsIPv4 = true
    /// Lists such as `0-3,8`; empty when processors can't be chosen.
    public var cpus = ""
    public var mems = ""
    public var cpuCount = 1

    public init() {}
}

extension LaunchSpec {
    /// Fits a request to the machine: takes away what the kernel can't do and says so, as Docker does. Errors:
    /// `badParameter` for processors and memory nodes that are not there.
    public static func adapt(
        _ hostConfig: inout HostConfig, to host: HostResources
    ) throws(EngineError) -> [String] {
        var warnings: [String] = []
        adaptMemory(&hostConfig, host, &warnings)
        try adaptProcessors(&hostConfig, host, &warnings)
        adaptBlockIO(&hostConfig, host, &warnings)
        let mode = hostConfig.networkMode
        if !host.forwardsIPv4 && mode != "host" && mode != "none" {
            warnings.append("IPv4 forwarding is disabled. Networking will not work.")
        }
        return warnings
    }

    private static let missing = "or the cgroup is not mounted."

    private static func adaptMemory(_ hostConfig: inout HostConfig, _ host: HostResources, _ warnings: inout [String]) {
        if hostConfig.memory > 0 && !host.hasMemoryLimit {
            warnings.append("Your kernel does not support memory limit capabilities \(missing) Limitation discarded.")
            hostConfig.memory = 0
            hostConfig.memorySwap = -1
        }
        if hostConfig.memory > 0 && hostConfig.memorySwap != -1 && !host.hasSwapLimit {
            warnings.append(
                "Your kernel does not support swap limit capabilities \(missing) Memory limited without swap.")
            hostConfig.memorySwap = -1
        }
        if let swappiness = hostConfig.memorySwappiness, swappiness != -1, !host.hasSwappiness {
            warnings.append(
                "Your kernel does not support memory swappiness capabilities \(missing) Memory swappiness discarded.")
            hostConfig.memorySwappiness = nil
        }
        if hostConfig.memoryReservation > 0 && !host.hasMemoryLimit {
            warnings.append(
                "Your kernel does not support memory soft limit capabilities \(missing) Limitation discarded.")
            hostConfig.memoryReservation = 0
        }
        if hostConfig.oomKillDisable == true && !host.hasOOMKillDisable {
            warnings.append("Your kernel does not support OomKillDisable. OomKillDisable discarded.")
            hostConfig.oomKillDisable = nil
        }
        if let limit = hostConfig.pidsLimit, !host.hasPidsLimit {
            if limit > 0 {
                warnings.append("Your kernel does not support PIDs limit capabilities \(missing) PIDs limit discarded.")
            }
            hostConfig.pidsLimit = nil
        }
    }

    private static func adaptBlockIO(_ hostConfig: inout HostConfig, _ host: HostResources, _ warnings: inout [String])
    {
        if hostConfig.blkioWeight > 0 && !host.hasBlockIOWeight {
            warnings.append("Your kernel does not support Block I/O weight \(missing) Weight discarded.")
            hostConfig.blkioWeight = 0
        }
        if !(hostConfig.blkioWeightDevice ?? []).isEmpty && !host.hasBlockIOWeight {
            warnings.append("Your kernel does not support Block I/O weight_device \(missing) Weight-device discarded.")
            hostConfig.blkioWeightDevice = []
        }
        guard !host.hasBlockIOThrottle else { return }
        let limits: [(WritableKeyPath<HostConfig, [ThrottleDevice]?>, String, String)] = [
            (\.blkioDeviceReadBps, "BPS Block I/O read", "Block I/O BPS read"),
            (\.blkioDeviceWriteBps, "BPS Block I/O write", "Block I/O BPS write"),
            (\.blkioDeviceReadIOps, "IOPS Block read", "Block I/O IOPS read"),
            (\.blkioDeviceWriteIOps, "IOPS Block write", "Block I/O IOPS write"),
        ]
        for (field, name, short) in limits where !(hostConfig[keyPath: field] ?? []).isEmpty {
            warnings.append("Your kernel does not support \(name) limit \(missing) \(short) limit discarded.")
            hostConfig[keyPath: field] = []
        }
    }

    private static func adaptProcessors(
        _ hostConfig: inout HostConfig, _ host: HostResources, _ warnings: inout [String]
    ) throws(EngineError) {
        if hostConfig.nanoCPUs > 0 && !host.hasCPUQuota {
            throw EngineError(
                .badParameter,
                "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler \(missing.dropLast())")
        }
        if hostConfig.nanoCPUs < 0 || hostConfig.nanoCPUs / 1_000_000_000 > host.cpuCount
            || hostConfig.nanoCPUs > Int64(host.cpuCount) * 1_000_000_000
        {
            let count = "\(host.cpuCount)"
            throw EngineError(
                .badParameter, "range of CPUs is from 0.01 to \(count).00, as there are only \(count) CPUs available")
        }
        if hostConfig.cpuShares > 0 && !host.hasCPUShares {
            warnings.append("Your kernel does not support CPU shares \(missing) Shares discarded.")
            hostConfig.cpuShares = 0
        }
        if (hostConfig.cpuPeriod != 0 || hostConfig.cpuQuota != 0) && !host.hasCPUQuota {
            warnings.append("Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.")
            (hostConfig.cpuPeriod, hostConfig.cpuQuota) = (0, 0)
        }
        if hostConfig.cpuPercent > 0 {
            warnings.append("linux does not support CPU percent. Percent discarded.")
            hostConfig.cpuPercent = 0
        }
        try adaptSets(&hostConfig, host, &warnings)
    }

    private static func adaptSets(
        _ hostConfig: inout HostConfig, _ host: HostResources, _ warnings: inout [String]
    ) throws(EngineError) {
        if host.cpus.isEmpty && !(hostConfig.cpusetCpus.isEmpty && hostConfig.cpusetMems.isEmpty) {
            warnings.append("Your kernel does not support cpuset \(missing) Cpuset discarded.")
            (hostConfig.cpusetCpus, hostConfig.cpusetMems) = ("", "")
        }
        guard let cpus = CPUList(hostConfig.cpusetCpus), let mems = CPUList(hostConfig.cpusetMems) else { return }
        if let available = CPUList(host.cpus), !cpus.isSubset(of: available) {
            throw EngineError(
                .badParameter,
                "Requested CPUs are not available - requested \(hostConfig.cpusetCpus), available: \(host.cpus)")
        }
        if let available = CPUList(host.mems), !mems.isSubset(of: available) {
            throw EngineError(
                .badParameter,
                "Requested memory nodes are not available - requested \(hostConfig.cpusetMems), available: \(host.mems)"
            )
        }
    }
}

/// Numbers of processors or memory nodes as the kernel writes them: `0-3,8`.
struct CPUList: Equatable {
    /// More than any machine has.
    private static let limit = 8192

    private var numbers: Set<Int> = []

    /// Nil for text that is no such list. Empty text is the empty list.
    init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) where !text.isEmpty {
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(bounds.count), let first = bounds[0], let last = bounds[bounds.count - 1],
                first >= 0, first <= last, last < Self.limit
            else { return nil }
            numbers.formUnion(first...last)
        }
    }

    var count: Int { numbers.count }

    func isSubset(of other: CPUList) -> Bool { numbers.isSubset(of: other.numbers) }
}
