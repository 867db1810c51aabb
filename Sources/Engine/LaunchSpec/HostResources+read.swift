internal import LinuxSystem

extension HostResources {
    /// Looks at the files of the machine's control groups: for version 1 in each controller's folder, for version 2 in
    /// `cgroup.controllers`. `folder` answers where a controller's root is (nil: not mounted), `isUnified` whether that
    /// is version 2. `root` stands for `/` in tests.
    public static func read(
        root: String = "", folder: (_ controller: String) -> (path: String, isUnified: Bool)?
    ) -> HostResources {
        var host = HostResources()
        func has(_ controller: String, _ file: String, unified: Bool) -> Bool {
            guard let place = folder(controller) else { return false }
            return place.isUnified ? unified : HostFile.exists(place.path + "/" + file)
        }
        host.hasMemoryLimit = has("memory", "memory.limit_in_bytes", unified: true)
        // Whether version 2 counts swap shows below the root only; the kernel does unless it was built without.
        host.hasSwapLimit = has("memory", "memory.memsw.limit_in_bytes", unified: true)
        host.hasSwappiness = has("memory", "memory.swappiness", unified: false)
        // The file is in every group but the root.
        host.hasOOMKillDisable = folder("memory").map { !$0.isUnified } ?? false
        host.hasPidsLimit = folder("pids") != nil
        host.hasCPUShares = has("cpu", "cpu.shares", unified: true)
        host.hasCPUQuota = has("cpu", "cpu.cfs_quota_us", unified: true)
        // BFQ's weights are in every group but the root, which has its counters.
        host.hasBlockIOWeight =
            has("blkio", "blkio.weight", unified: true) || has("blkio", "blkio.bfq.io_service_bytes", unified: true)
        host.hasBlockIOThrottle = has("blkio", "blkio.throttle.read_bps_device", unified: true)
        host.forwardsIPv4 = text(root + "/proc/sys/net/ipv4/ip_forward") != "0"
        host.readSets(root, folder("cpuset"))
        return host
    }

    private mutating func readSets(_ root: String, _ place: (path: String, isUnified: Bool)?) {
        let online = Self.text(root + "/sys/devices/system/cpu/online") ?? "0"
        cpuCount = max(1, CPUList(online)?.count ?? 1)
        guard let place else { return }
        let suffix = place.isUnified ? ".effective" : ""
        cpus = Self.text("\(place.path)/cpuset.cpus\(suffix)") ?? online
        mems = Self.text("\(place.path)/cpuset.mems\(suffix)") ?? "0"
    }

    private static func text(_ path: String) -> String? {
        guard let bytes = try? HostFile.read(path, limit: 1 << 16) else { return nil }
        return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
    }
}
