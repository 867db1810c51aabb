internal import LinuxSystem

/// The child that becomes a further process of a running container (`docker exec`).
///
/// The shim has put it into the pid namespace at birth; it joins the others itself. Until it has executed its program it
/// is a copy of the shim that the container can see in its procfs: it is not dumpable, so nobody there may open its
/// memory or `/proc/<pid>/exe`, and the shim runs from a sealed memory file, so nothing could be overwritten if a
/// program were made to execute `/proc/self/exe` (CVE-2019-5736, CVE-2016-9962).
struct ContainerExec {
    let process: OCIProcess
    let options: ExecOptions
    let filter: [UInt8]
    let namespaces: Namespaces
    /// A pidfd of the init.
    let container: FDBox
    let channel: LaunchChannel
    let streams: StandardStreams
    let cgroup: [FDBox]
    let keyring: String

    func run() -> Never {
        do {
            try become()
        } catch {
            channel.send(error)
            ChildProcess.exit(1)
        }
    }

    private func become() throws(StartFailure) -> Never {
        try EarlySettings.apply(process, cgroup: cgroup)
        try doing("join namespaces") { () throws(SystemError) in
            try namespaces.join(container.fd)
            if namespaces.contains(.user) {
                try ProcessAttributes.setSupplementaryGroups([])
                try ProcessAttributes.setGroup(0)
                try ProcessAttributes.setUser(0)
            }
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
        try ProgramStart(credentials: credentials).run()
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
