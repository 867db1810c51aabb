internal import Cgroups
internal import LinuxSystem

/// The child that becomes the container's first process: from `clone3(2)` to `execve(2)`.
///
/// It is a copy of the single-threaded shim, so Swift may run here. Order, and why:
/// 1. session, cgroup, oom score: while the host's procfs and cgroups can be seen, and before anything is used up;
/// 2. cgroup namespace: its root is where the process is, so after 1;
/// 3. mounts: the root file system first, then the specification's in their order, then /dev;
/// 4. the working directory is made and pivot_root done, before anything becomes read-only;
/// 5. names, sysctls through a procfs that is known to be one;
/// 6. terminal or pipes, while /dev is still writable;
/// 7. read-only and masked paths, then the root itself;
/// 8. wait for `start`; then the user, capabilities, filter, program (`ProgramStart`).
struct ContainerInit {
    let plan: LaunchPlan
    let channel: LaunchChannel
    let streams: StandardStreams
    let group: ControlGroup?
    /// Files `tasks` (version 1) or none (version 2: the kernel placed us at birth).
    let cgroup: [FDBox]

    func run() -> Never {
        do {
            try become()
        } catch {
            channel.send(error)
            ChildProcess.exit(1)
        }
    }

    private func become() throws(StartFailure) -> Never {
        // Device nodes and folders get the modes they are asked for.
        ProcessAttributes.setFileModeMask(0)
        try EarlySettings.apply(plan.process, cgroup: cgroup)
        try enterNamespaces()
        try doing("join session keyring") { () throws(SystemError) in
            try ProcessAttributes.joinSessionKeyring("_ses.\(plan.config.containerID)")
        }
        let (proc, root) = try makeRoot()
        try nameHost()
        try applySettings(proc)
        let credentials = try Credentials.resolve(
            plan.process, user: plan.config.user, additionalGroups: plan.config.additionalGroups,
            filter: plan.filter, root: root.value)
        try connect(credentials.user.uid, root.value)
        try hide(root.value)
        try doing("await start") { () throws(SystemError) in try channel.awaitStart() }
        try ProgramStart(credentials: credentials, channel: channel).run()
    }

    private func enterNamespaces() throws(StartFailure) {
        if plan.newNamespaces.contains(.user) {
            try doing("user namespace") { () throws(SystemError) in
                try channel.awaitMaps()
                try ProcessAttributes.setSupplementaryGroups([])
                try ProcessAttributes.setGroup(0)
                try ProcessAttributes.setUser(0)
            }
        }
        guard plan.newNamespaces.contains(.cgroup) else { return }
        try doing("cgroup namespace") { () throws(SystemError) in try Namespaces.cgroup.unshare() }
    }

    /// A copyable holder, for descriptors that several steps need.
    private final class Root {
        let value: RootDirectory
        init(_ value: consuming RootDirectory) { self.value = value }
    }

    private func makeRoot() throws(StartFailure) -> (proc: FDBox?, Root) {
        var root = try ContainerRoot(plan)
        try root.mountAll(plan, group)
        try DeviceFiles.make(plan.linux.devices, in: root, binds: plan.newNamespaces.contains(.user))
        if plan.config.createWorkingDirectory {
            try WorkingDirectory.make(plan.process.cwd, in: root.directory)
        }
        // Where the image has a folder or a link to nowhere in its place, that is left.
        if plan.config.createEnvironmentFile { _ = try? root.directory.open("/.dockerenv", making: .file) }
        let proc = root.proc
        try finishDevices(root)
        try doing("pivot_root") { () throws(SystemError) in try MountTree.enter(root.directory.fd) }
        let inside = try doing("/") { () throws(SystemError) in try FD.open(at: "/", [.path, .directory]) }
        if plan.linux.rootfsPropagation.hasSuffix("shared") {
            try doing("rootfs propagation") { () throws(SystemError) in
                try MountTree.setPropagation(.shared, at: "/", recursive: plan.linux.rootfsPropagation.hasPrefix("r"))
            }
        }
        return (proc, Root(RootDirectory(inside)))
    }

    private func finishDevices(_ root: borrowing ContainerRoot) throws(StartFailure) {
        guard let dev = root.deviceFiles, !plan.process.terminal,
            plan.spec.mounts.contains(where: { $0.destination == "/dev" && $0.options.contains("ro") })
        else { return }
        try doing("make /dev read-only") { () throws(SystemError) in
            try dev.fd.changeMount(recursive: false, set: .readOnly)
        }
    }

    private func nameHost() throws(StartFailure) {
        guard plan.has(.uts) else { return }
        try doing("set hostname") { () throws(SystemError) in
            if !plan.spec.hostname.isEmpty { try ProcessAttributes.setHostName(plan.spec.hostname) }
            if !plan.spec.domainname.isEmpty { try ProcessAttributes.setDomainName(plan.spec.domainname) }
        }
    }

    private func applySettings(_ proc: FDBox?) throws(StartFailure) {
        let sysctls = plan.linux.sysctl.sorted { $0.key < $1.key }
        let profile = plan.process.apparmorProfile
        let label = plan.process.selinuxLabel
        guard !sysctls.isEmpty || !profile.isEmpty || !label.isEmpty else { return }
        let settings: KernelSettings
        if let proc { settings = try KernelSettings(proc: proc) } else { settings = try KernelSettings.detached() }
        for (name, value) in sysctls { try settings.set(name, to: value) }
        try settings.label(profile: profile, selinux: label)
    }

    private func connect(_ uid: UInt32, _ root: borrowing RootDirectory) throws(StartFailure) {
        var streams = streams
        if plan.process.terminal {
            let opened = try openTerminal(uid, root)
            try doing("send terminal") { () throws(SystemError) in try channel.send(terminal: opened.0) }
            streams = opened.1
        }
        do {
            try streams.place(uid: uid, root: root)
        } catch {
            throw StartFailure("place standard streams", error)
        }
    }

    private func openTerminal(
        _ uid: UInt32, _ root: borrowing RootDirectory
    ) throws(StartFailure) -> (FDBox, StandardStreams) {
        do {
            return try StandardStreams.openTerminal(
                root: root, uid: uid, size: plan.process.consoleSize, binds: true)
        } catch {
            throw StartFailure("open terminal", error)
        }
    }

    private func hide(_ root: borrowing RootDirectory) throws(StartFailure) {
        let hidden: HiddenPaths
        do {
            hidden = HiddenPaths(RootDirectory(try root.fd.duplicate()))
        } catch {
            throw StartFailure("/", error)
        }
        try hidden.makeReadOnly(plan.linux.readonlyPaths)
        try hidden.mask(plan.linux.maskedPaths)
        if plan.spec.root?.readonly == true { try hidden.makeRootReadOnly() }
    }
}
