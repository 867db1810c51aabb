internal import LinuxSystem

enum CPUSetFiles: ControllerFiles {
    /// A new version 1 group has no processors and no memory, and takes no process until it has: it gets its parent's.
    /// `cgroup.clone_children` makes the kernel do that for the groups below.
    static func prepareV1(_ folder: CgroupFolder) throws(SystemError) {
        let cpus = try inherit("cpuset.cpus", folder)
        let mems = try inherit("cpuset.mems", folder)
        if cpus || mems { _ = try folder.writeIfPresent("cgroup.clone_children", "1") }
    }

    /// True if there was something to copy.
    private static func inherit(_ name: String, _ folder: CgroupFolder) throws(SystemError) -> Bool {
        guard isBlank(try folder.read(name)) else { return false }
        var value = try folder.parent.read(name)
        if isBlank(value) {
            try prepareV1(folder.parent)
            value = try folder.parent.read(name)
        }
        try folder.write(name, String(decoding: value, as: UTF8.self))
        return true
    }

    private static func isBlank(_ value: [UInt8]) -> Bool { !value.contains { $0 > 0x20 } }

    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        if !resources.cpu.cpus.isEmpty { try folder.write("cpuset.cpus", resources.cpu.cpus) }
        if !resources.cpu.mems.isEmpty { try folder.write("cpuset.mems", resources.cpu.mems) }
    }

    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        try applyV1(resources, to: folder)
    }
}
