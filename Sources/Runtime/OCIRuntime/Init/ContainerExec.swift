internal import LinuxSystem

/// The child that becomes a further process of a running container (`docker exec`).
///
/// Two steps, as a process in the container's pid namespace can be seen, and with CAP_SYS_PTRACE held, from within. The
/// first child lets go of the shim's descriptors and joins all other namespaces; then it makes the second, in the pid
/// namespace, and ends. Until that one has executed its program it is a copy of the shim: it is not dumpable, so nobody
/// there may open its memory or `/proc/<pid>/exe`, and the shim runs from a sealed memory file, so nothing could be
/// overwritten if a program were made to execute `/proc/self/exe` (CVE-2019-5736, CVE-2016-9962).
struct ContainerExec {
    let process: OCIProcess
    let options: ExecOptions
    let filter: [UInt8]
    let namespaces: Namespaces
    /// A pidfd of the init.
    let container: FDBox
    let channel: LaunchChannel
    let streams: StandardStreams
    /// Files `tasks` (version 1).
    let cgroup: [FDBox]
    /// The folder into which the kernel places the process at birth (version 2).
    let birthplace: FDBox?
    let keyring: String

    func run() -> Never {
        do {
            try enter()
            try bear()
        } catch {
            channel.send(error)
            ChildProcess.exit(1)
        }
    }

    /// Everything but the pid namespace, which is for children only.
    private func enter() throws(StartFailure) {
        let streams = [streams.input, streams.output, streams.error]
        let kept = ([channel.socket, container, birthplace] + streams).compactMap { $0 } + cgroup
        try doing("close descriptors") { () throws(SystemError) in
            try ProcessAttributes.closeAll(from: 3, except: kept.map { $0.fd.rawValue })
        }
        // While the host's procfs can be seen.
        try EarlySettings.setKillPriority(process)
        try doing("join namespaces") { () throws(SystemError) in
            try namespaces.join(container.fd)
            if namespaces.contains(.user) {
                try ProcessAttributes.setSupplementaryGroups([])
                try ProcessAttributes.setGroup(0)
                try ProcessAttributes.setUser(0)
            }
        }
    }

    private func bear() throws(StartFailure) -> Never {
        let side: ChildProcess.Side
        do {
            side = try ChildProcess.fork(ChildProcess.Options(isSibling: true), cgroup: birthplace?.fd.rawValue)
        } catch {
            throw StartFailure("clone", error)
        }
        switch consume side {
        case .parent(let pid, let pidfd):
            try doing("exec") { () throws(SystemError) in try channel.send(born: pid, pidfd) }
            ChildProcess.exit(0)
        case .child: try become()
        }
    }

    private func become() throws(StartFailure) -> Never {
        let kept = [channel.socket, streams.input, streams.output, streams.error].compactMap { $0 } + cgroup
        try doing("close descriptors") { () throws(SystemError) in
            try ProcessAttributes.closeAll(from: 3, except: kept.map { $0.fd.rawValue })
        }
        try doing("await start") { () throws(SystemError) in try channel.awaitStart() }
        try EarlySettings.join(cgroup)
        try doing("join session keyring") { () throws(SystemError) in
            try ProcessAttributes.joinSessionKeyring(keyring)
        }
        let root = RootDirectory(
            try doing("/") { () throws(SystemError) in
                try FD.open(at: "/", [.path, .directory])
            })
        let credentials = try Credentials.resolve(
            process, user: options.user, additionalGroups: options.additionalGroups, filter: filter, root: root)
        try connect(credentials.user.uid, root)
        if !process.apparmorProfile.isEmpty || !process.selinuxLabel.isEmpty {
            try KernelSettings.detached().label(profile: process.apparmorProfile, selinux: process.selinuxLabel)
        }
        try ProgramStart(credentials: credentials, channel: channel).run()
    }

    private func connect(_ uid: UInt32, _ root: borrowing RootDirectory) throws(StartFailure) {
        var streams = streams
        do {
            if process.terminal {
                let (master, terminal) = try StandardStreams.openTerminal(
                    root: root, uid: uid, size: process.consoleSize, binds: false)
                try channel.send(terminal: master)
                streams = terminal
            }
            try streams.place(uid: uid, root: root)
        } catch {
            throw StartFailure("standard streams", error)
        }
    }
}
