internal import CLinux
public import LinuxSystem

extension ControlGroup {
    /// Makes the group in every hierarchy and sets its limits; no process is in it yet. A group that is there already
    /// is taken over. What was made is removed again when something fails.
    public static func create(
        _ path: String, resources: CgroupResources = CgroupResources(), layout: CgroupLayout
    ) throws(SystemError) -> ControlGroup {
        let group = try ControlGroup(path, layout: layout)
        do {
            for (folder, hierarchy) in zip(group.folders, layout.hierarchies) {
                try folder.make(below: hierarchy.mountPoint)
            }
            try group.update(resources)
        } catch {
            for folder in group.folders { _ = cl_unlinkat(-100, folder.path, 0x200) }
            throw error
        }
        return group
    }
}

extension CgroupFolder {
    /// The folder and, where they lack, the groups above it.
    func make(below mountPoint: String) throws(SystemError) {
        let result = cl_mkdirat(-100, path, 0o755)
        if result == -Failure.noEntry, path.utf8.count > mountPoint.utf8.count {
            try makeParents(below: mountPoint)
            let second = cl_mkdirat(-100, path, 0o755)
            if second != -Failure.exists { try check(second, "mkdir", path) }
        } else if result != -Failure.exists {
            try check(result, "mkdir", path)
        }
        if isUnified { return try delegate(below: mountPoint) }
        for controller in controllers { try controller.files.prepareV1(self) }
    }

    private func makeParents(below mountPoint: String) throws(SystemError) {
        var above = mountPoint
        for name in path.dropFirst(mountPoint.count).split(separator: "/").dropLast() {
            above += "/" + name
            let result = cl_mkdirat(-100, above, 0o755)
            if result != -Failure.exists { try check(result, "mkdir", above) }
        }
    }

    /// Version 2 gives a group only the controllers that every group above passes on. One that can't be had is left
    /// out here; a limit that needs it says so by its missing file.
    private func delegate(below mountPoint: String) throws(SystemError) {
        let wanted = controllers.compactMap(\.unifiedName)
        let present = (text("cgroup.controllers") ?? "").split(separator: " ").map(String.init)
        let missing = wanted.filter { !present.contains($0) }
        guard !missing.isEmpty else { return }
        var above = mountPoint
        for name in path.dropFirst(mountPoint.count).split(separator: "/") {
            let folder = CgroupFolder(path: above, controllers: controllers, isUnified: true)
            for controller in missing { try folder.passOn(controller) }
            above += "/" + name
        }
    }

    private func passOn(_ controller: String) throws(SystemError) {
        do {
            try write("cgroup.subtree_control", "+" + controller)
        } catch {
            guard error.errno == Failure.noEntry || error.errno == Failure.invalid || error.errno == Failure.busy else {
                throw error
            }
        }
    }
}
