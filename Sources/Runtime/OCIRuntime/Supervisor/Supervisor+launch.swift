internal import LinuxSystem

/// Children: the container's init, and execs.
extension Supervisor {
    /// Clones the init. It prepares itself at once and waits with its program until `start`.
    func launch() throws(StartFailure) {
        let wantsInput = plan.config.openStdin
        let streams = ProcessStreams(
            loop: loop, log: log, isTerminal: plan.process.terminal, stdinOnce: plan.config.stdinOnce)
        let child = try doing("standard streams") { () throws(SystemError) in
            plan.process.terminal ? StandardStreams() : try streams.makePipes(input: wantsInput)
        }
        let (mine, theirs) = try doing("launch channel") { () throws(SystemError) in
            BoxPair(try PacketSocket.pair())
        }.boxes
        let entrances = try cgroup.entrances()
        let birthplace = try cgroup.birthplace()
        var visit = NamespaceVisit()
        defer { visit.leave() }
        try visit.enter(plan.joinedNamespaces)
        let launched = try withRootLayers(plan)
        let (pid, pidfd) = try fork(plan.newNamespaces.subtracting(.cgroup), birthplace) {
            ContainerInit(
                plan: launched, channel: LaunchChannel(socket: theirs), streams: child, group: self.cgroup.group,
                cgroup: entrances
            ).run()
        }
        let process = SupervisedProcess(
            id: nil, pid: pid, pidfd: pidfd, channel: LaunchChannel(socket: mine), streams: streams,
            wantsInput: wantsInput)
        container = process
        streams.resume()
        if plan.newNamespaces.contains(.user) { try writeMaps(pid, process.channel) }
        try watch(process) { [unowned self] in containerSettled() }
    }

    func watch(_ process: SupervisedProcess, _ settled: @escaping () -> Void) throws(StartFailure) {
        try doing("launch channel") { () throws(SystemError) in
            try loop.watch(process.channel.socket, .readable) { [unowned process] _ in
                if process.readChannel() { settled() }
            }
        }
    }

    /// What the child can't mount itself: in a user namespace it lacks the rights, and on older kernels it takes a thread.
    private func withRootLayers(_ plan: LaunchPlan) throws(StartFailure) -> LaunchPlan {
        guard plan.newNamespaces.contains(.user) || ClassicOverlay.isNeeded else { return plan }
        var plan = plan
        do {
            plan.rootLayers = try ContainerRoot.detachRoot(plan.config.rootMounts)
        } catch {
            throw StartFailure("error preparing the root file system", error)
        }
        return plan
    }

    private func fork(
        _ namespaces: Namespaces, _ birthplace: FDBox?, _ child: () -> Never
    ) throws(StartFailure) -> (Int32, FDBox) {
        let side: ChildProcess.Side
        do {
            let options = ChildProcess.Options(namespaces: namespaces)
            side = try ChildProcess.fork(options, cgroup: birthplace?.fd.rawValue)
        } catch {
            throw StartFailure("clone", error)
        }
        switch consume side {
        case .child: child()
        case .parent(let pid, let pidfd): return (pid, FDBox(pidfd))
        }
    }

    /// The user namespace's identity maps, which the parent has to write (`user_namespaces(7)`).
    private func writeMaps(_ pid: Int32, _ channel: LaunchChannel) throws(StartFailure) {
        try doing("write identity maps") { () throws(SystemError) in
            try write(plan.linux.uidMappings, to: "/proc/\(pid)/uid_map")
            try write(plan.linux.gidMappings, to: "/proc/\(pid)/gid_map")
            try channel.sendMaps()
        }
    }

    private func write(_ mappings: [OCIIDMapping], to path: String) throws(SystemError) {
        let lines = mappings.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }
        try FD.open(at: RawPath(path), .writeOnly).writeAll(Array(lines.joined().utf8))
    }

    // MARK: Exec

    func exec(_ options: ExecOptions, socket: FDBox?) throws(StartFailure) {
        guard let container, exited == nil, case .running = container.phase else {
            throw StartFailure(.other, "container is not running")
        }
        guard execs[options.id] == nil else { throw StartFailure(.other, "exec \(options.id) runs already") }
        var process = OCIProcess(json: try LaunchPlan.json(options.processFile))
        process.terminal = options.terminal
        let streams = ProcessStreams(loop: loop, log: nil, isTerminal: options.terminal, stdinOnce: true)
        let child = try doing("standard streams") { () throws(SystemError) in
            options.terminal ? StandardStreams() : try streams.makePipes(input: options.streams.stdin)
        }
        let exec = try clone(options, process, child, streams, container)
        execs[options.id] = exec
        if let socket {
            streams.attach(AttachedClient(socket: socket, options: options.streams, framed: !options.terminal))
        }
        streams.resume()
        try watch(exec) { [unowned self, unowned exec] in execSettled(exec) }
    }

    private func clone(
        _ options: ExecOptions, _ process: OCIProcess, _ child: StandardStreams, _ streams: ProcessStreams,
        _ container: SupervisedProcess
    ) throws(StartFailure) -> SupervisedProcess {
        let (mine, theirs) = try doing("launch channel") { () throws(SystemError) in
            BoxPair(try PacketSocket.pair())
        }.boxes
        let entrances = try cgroup.entrances()
        let birthplace = try cgroup.birthplace()
        let kinds = plan.linux.namespaces.reduce(into: Namespaces()) { $0.formUnion($1.type.namespaces) }
        let channel = LaunchChannel(socket: mine)
        let (_, helper) = try fork([], nil) {
            ContainerExec(
                process: process, options: options, filter: options.unconfined ? [] : self.plan.filter,
                namespaces: kinds, container: container.pidfd, channel: LaunchChannel(socket: theirs),
                streams: child, cgroup: entrances, birthplace: birthplace,
                keyring: "_ses.\(self.plan.config.containerID)"
            ).run()
        }
        // It joins namespaces and clones, nothing that waits for others.
        _ = try? ChildProcess.wait(helper.fd)
        let (pid, pidfd) = try channel.birth()
        _ = try? channel.sendStart()
        return SupervisedProcess(
            id: options.id, pid: pid, pidfd: pidfd, channel: channel, streams: streams,
            wantsInput: options.streams.stdin)
    }

    private func execSettled(_ exec: SupervisedProcess) {
        loop.unwatch(exec.channel.socket)
        guard let id = exec.id else { return }
        switch exec.phase {
        case .running: broadcast(.execStarted(id: id, pid: exec.pid))
        case .failed(let failure):
            execs.removeValue(forKey: id)
            // Before the streams end: whoever sees their end may ask how it went.
            broadcast(.execFailed(id: id, failure))
            exec.streams.tell(
                "OCI runtime exec failed: exec failed: unable to start container process: \(failure.message)\r\n")
            exec.streams.finish()
            finishing(exec)
        case .preparing: break
        }
    }

    func execEnded(_ pid: Int32, _ status: Int32) {
        // Others are orphans of the container that came to us: reaped is all they want to be.
        guard let exec = execs.values.first(where: { $0.pid == pid }), let id = exec.id else { return }
        if case .preparing = exec.phase, exec.readChannel() { execSettled(exec) }
        guard execs.removeValue(forKey: id) != nil else { return }
        broadcast(.execExited(id: id, code: status))
        exec.streams.finish()
        finishing(exec)
    }

    /// Keeps an ended exec's streams until their clients have everything.
    private func finishing(_ exec: SupervisedProcess) {
        guard exec.streams.hasClients, let id = exec.id else { return }
        let key = "\(id)/ended"
        execs[key] = exec
        exec.streams.whenClientsChange = { [unowned self, unowned exec] in
            guard !exec.streams.hasClients else { return }
            loop.after(milliseconds: 0) { [unowned self] in execs.removeValue(forKey: key) }
        }
    }
}

/// Holders that let typed-throw closures answer with them.
struct BoxPair {
    let boxes: (FDBox, FDBox)
    init(_ boxes: (FDBox, FDBox)) { self.boxes = boxes }
}
