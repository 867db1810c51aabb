internal import LinuxSystem

enum PidsFiles: ControllerFiles {
    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        guard let limit = resources.pidsLimit else { return }
        try folder.write("pids.max", limit > 0 ? "\(limit)" : "max")
    }

    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        try applyV1(resources, to: folder)
    }

    static func readV1(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        stats.pids.current = folder.number("pids.current") ?? 0
        stats.pids.limit = folder.number("pids.max")
    }

    static func readV2(_ folder: CgroupFolder, into stats: inout CgroupStats) { readV1(folder, into: &stats) }
}
