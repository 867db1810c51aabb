internal import CLinux
public import LinuxSystem

/// A group of processes with limits and counters: one folder in each hierarchy that has controllers for it.
///
/// A value that names the folders; it holds nothing open, and whoever makes the group removes it.
public struct ControlGroup: Sendable, Hashable, Codable {
    /// As it was asked for, such as `/docker/4f…`.
    public let path: String
    public let folders: [CgroupFolder]

    /// Names a group that may exist. A path that starts with `/` is below each hierarchy's mount point, another one
    /// below the group of process 1 (`/proc/1/cgroup`). Errors: EINVAL for a path with `..` or none at all.
    public init(_ path: String, layout: CgroupLayout) throws(SystemError) {
        let components = path.split(separator: "/").filter { $0 != "." }
        guard !components.isEmpty, !components.contains(".."), !path.utf8.contains(0), path.utf8.count < 2048 else {
            throw SystemError(errno: Failure.invalid, call: "cgroup", subject: path)
        }
        self.path = path
        let relative = components.joined(separator: "/")
        guard !path.hasPrefix("/") else {
            folders = layout.hierarchies.map { Self.folder($0, "/" + relative) }
            return
        }
        let bases = try InitialGroup.read(layout)
        folders = layout.hierarchies.map { Self.folder($0, bases.path(in: $0) + "/" + relative) }
    }

    private static func folder(_ hierarchy: CgroupLayout.Hierarchy, _ path: String) -> CgroupFolder {
        CgroupFolder(
            path: hierarchy.mountPoint + path, controllers: hierarchy.controllers, isUnified: hierarchy.isUnified)
    }

    /// The folder that has this controller.
    public func folder(for controller: Controller) -> CgroupFolder? {
        folders.first { $0.controllers.contains(controller) }
    }

    /// The version 2 folder, if the group has one.
    var unifiedFolder: CgroupFolder? { folders.first(where: \.isUnified) }

    /// Moves a process, with all its threads, into the group. 0 is the calling process.
    public func add(pid: Int32) throws(SystemError) {
        for folder in folders { try folder.write("cgroup.procs", pid) }
    }

    /// Changes limits; what is nil or empty stays as it is.
    /// Errors: EOPNOTSUPP for a limit whose controller the machine does not have.
    public func update(_ resources: CgroupResources) throws(SystemError) {
        for controller in resources.controllers where folder(for: controller) == nil {
            let subject = "the \(controller.rawValue) controller is not mounted"
            throw SystemError(errno: Failure.notSupported, call: "cgroup", subject: subject)
        }
        for folder in folders {
            for controller in folder.controllers {
                if folder.isUnified {
                    try controller.files.applyV2(resources, to: folder)
                } else {
                    try controller.files.applyV1(resources, to: folder)
                }
            }
        }
        guard !resources.unified.isEmpty else { return }
        try writeUnified(resources.unified)
    }

    private func writeUnified(_ files: [String: String]) throws(SystemError) {
        guard let folder = unifiedFolder else {
            throw SystemError(errno: Failure.notSupported, call: "cgroup", subject: "unified resources need version 2")
        }
        for (name, value) in files.sorted(by: { $0.key < $1.key }) {
            guard !name.contains("/"), name.contains(".") else {
                throw SystemError(errno: Failure.invalid, call: "cgroup", subject: name)
            }
            try folder.write(name, value)
        }
    }

    /// Reads all counters. Costs about ten small files.
    public func stats() -> CgroupStats {
        var stats = CgroupStats()
        for folder in folders {
            for controller in folder.controllers {
                if folder.isUnified {
                    controller.files.readV2(folder, into: &stats)
                } else {
                    controller.files.readV1(folder, into: &stats)
                }
            }
        }
        return stats
    }
}

/// Where process 1 is in each hierarchy (`/proc/1/cgroup`).
private struct InitialGroup {
    private var lines: [(controllers: [String], path: String)] = []

    static func read(_ layout: CgroupLayout) throws(SystemError) -> InitialGroup {
        let proc = CgroupFolder(path: layout.root + "/proc/1", controllers: [], isUnified: false)
        var result = InitialGroup()
        for line in String(decoding: try proc.read("cgroup"), as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let path = fields[2].hasPrefix("/..") || fields[2] == "/" ? "" : String(fields[2])
            result.lines.append((fields[1].split(separator: ",").map(String.init), path))
        }
        return result
    }

    func path(in hierarchy: CgroupLayout.Hierarchy) -> String {
        let line = lines.first { line in
            hierarchy.isUnified
                ? line.controllers.isEmpty : hierarchy.controllers.contains { line.controllers.contains($0.rawValue) }
        }
        return line?.path ?? ""
    }
}
