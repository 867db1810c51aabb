internal import Cgroups
internal import LinuxSystem

/// `/sys/fs/cgroup` in the container: its own groups and nothing above them.
///
/// With a cgroup namespace the kernel sees to that; without one the group's folders of the host are bound, in a tmpfs
/// with one folder per hierarchy for version 1.
struct CgroupTree {
    let group: ControlGroup?
    let hasNamespace: Bool
    let mount: OCIMount
    let options: MountOptions

    func mount(in root: borrowing RootDirectory) throws(StartFailure) {
        guard let group, !group.folders.isEmpty else {
            throw StartFailure(.other, "a cgroup mount at \(mount.destination) needs a cgroup")
        }
        do {
            let target = try root.open(mount.destination, making: .directory)
            if let unified = group.folders.first(where: \.isUnified), group.folders.count == 1 {
                try tree(unified).attachMount(onto: target, subject: mount.destination)
            } else {
                try mountHierarchies(group, target)
            }
        } catch {
            throw StartFailure("error mounting \"cgroup\" to rootfs at \"\(mount.destination)\"", error)
        }
    }

    private func mountHierarchies(_ group: ControlGroup, _ target: borrowing FD) throws(SystemError) {
        let base = try FD.newMount(
            type: "tmpfs", source: "tmpfs", parameters: ["mode=755"], attributes: options.set.subtracting(.readOnly))
        try base.attachMount(onto: target, subject: mount.destination)
        for folder in group.folders where !folder.isUnified {
            let name = folderName(folder, group)
            try base.makeDirectory(RawPath(name), mode: 0o755)
            let place = try base.open(RawPath(name), [.path, .directory])
            try tree(folder).attachMount(onto: place, subject: name)
            for controller in folder.controllers where controller.rawValue != name {
                try base.makeSymbolicLink(RawPath(controller.rawValue), to: RawPath(name))
            }
        }
        try base.changeMount(recursive: false, set: options.set.intersection(.readOnly))
        try base.propagate(options)
    }

    /// The hierarchy's folder name on the host: its mount point's last component, such as `cpu,cpuacct`.
    private func folderName(_ folder: CgroupFolder, _ group: ControlGroup) -> String {
        let above = folder.path.dropLast(group.path.count)
        return above.split(separator: "/").last.map(String.init)
            ?? folder.controllers.map(\.rawValue).joined(separator: ",")
    }

    private func tree(_ folder: CgroupFolder) throws(SystemError) -> FD {
        if hasNamespace {
            return try FD.newMount(
                type: folder.isUnified ? "cgroup2" : "cgroup", source: "cgroup",
                parameters: folder.isUnified ? [] : folder.controllers.map { Substring($0.rawValue) },
                attributes: options.set)
        }
        let tree = try FD.open(at: RawPath(folder.path), [.path, .directory])
            .cloneMount(recursive: false, subject: folder.path)
        try tree.changeMount(recursive: false, set: options.set, propagation: .private, subject: folder.path)
        return tree
    }
}
