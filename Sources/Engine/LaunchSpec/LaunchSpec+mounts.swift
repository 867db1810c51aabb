internal import APIModel
internal import OCIRuntime

extension LaunchSpec {
    /// Docker's defaults, then the user's, parents before children.
    var allMounts: [OCIMount] {
        let user = mounts.enumerated().sorted { left, right in
            (depth(left.element), left.offset) < (depth(right.element), right.offset)
        }.map(\.element)
        return standardMounts + initMounts
            + user.map { mount in
                OCIMount(destination: mount.destination, type: mount.type, source: mount.source, options: mount.options)
            }
    }

    private func depth(_ mount: LaunchMount) -> Int { mount.destination.split(separator: "/").count }

    /// What the user mounts somewhere replaces the default there, and his `/dev` all below it.
    private var standardMounts: [OCIMount] {
        let taken = Set(mounts.map(\.destination))
        let standard = DefaultPaths.mounts(
            shmSize: hostConfig.shmSize > 0 ? hostConfig.shmSize : 64 << 20,
            hasPrivateCgroup: NamespaceRules.hasPrivateCgroup(hostConfig), privileged: hostConfig.privileged)
        return standard.compactMap { mount in
            if taken.contains(mount.destination) { return nil }
            if taken.contains("/dev") && mount.destination.hasPrefix("/dev/") { return nil }
            return shared(mount)
        }
    }

    /// Shared memory and message queues belong to the IPC namespace, wherever that is from.
    private func shared(_ mount: OCIMount) -> OCIMount? {
        switch mount.destination {
        case "/dev/shm":
            if hostConfig.ipcMode == "none" { return nil }
            if hostConfig.ipcMode == "host" { return bind("/dev/shm", at: mount) }
            return sharedMemoryPath.map { bind($0, at: mount) } ?? mount
        default: return mount
        }
    }

    private func bind(_ source: String, at mount: OCIMount) -> OCIMount {
        OCIMount(
            destination: mount.destination, type: "bind", source: source,
            options: ["rbind", "nosuid", "noexec", "nodev"])
    }

    private var initMounts: [OCIMount] {
        guard wantsInit, let initProgram else { return [] }
        return [
            OCIMount(
                destination: Self.initDestination, type: "bind", source: initProgram, options: ["bind", "ro"])
        ]
    }
}
