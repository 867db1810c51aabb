internal import LinuxSystem

/// A kernel resource controller that containers use (`cgroups(7)`).
public enum Controller: String, CaseIterable, Sendable, Hashable, Codable {
    case memory, cpu, cpuacct, cpuset, pids, devices, freezer, hugetlb
    /// Named `io` in version 2.
    case blkio

    /// The name in `cgroup.controllers`; nil for what version 2 has built in or does in another way.
    var unifiedName: String? {
        switch self {
        case .memory, .cpu, .cpuset, .pids, .hugetlb: rawValue
        case .blkio: "io"
        case .cpuacct, .devices, .freezer: nil
        }
    }

    var files: any ControllerFiles.Type {
        switch self {
        case .memory: MemoryFiles.self
        case .cpu: CPUFiles.self
        case .cpuacct: CPUAccountFiles.self
        case .cpuset: CPUSetFiles.self
        case .pids: PidsFiles.self
        case .devices: DeviceFiles.self
        case .freezer: FreezerFiles.self
        case .hugetlb: HugepageFiles.self
        case .blkio: BlockIOFiles.self
        }
    }
}

/// What one controller does with a group's folder, in each version of the kernel's interface.
protocol ControllerFiles {
    /// Makes a new folder usable, before anything else is written.
    static func prepareV1(_ folder: CgroupFolder) throws(SystemError)
    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError)
    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError)
    /// Adds what the folder's counters say; a file that is missing leaves its field alone.
    static func readV1(_ folder: CgroupFolder, into stats: inout CgroupStats)
    static func readV2(_ folder: CgroupFolder, into stats: inout CgroupStats)
}

extension ControllerFiles {
    static func prepareV1(_ folder: CgroupFolder) throws(SystemError) {}
    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {}
    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {}
    static func readV1(_ folder: CgroupFolder, into stats: inout CgroupStats) {}
    static func readV2(_ folder: CgroupFolder, into stats: inout CgroupStats) {}
}
