internal import LinuxSystem

/// The shim: owns one container from its birth to its exit record.
///
/// Single-threaded; `ShimRequest` draws what it is asked, `LaunchChannel` how it speaks with a child that starts.
public final class Supervisor {
    let loop: EventLoop
    let plan: LaunchPlan
    let cgroup: ContainerCgroup
    let log: JSONFileLog?
    var container: SupervisedProcess?
    var execs: [String: SupervisedProcess] = [:]
    var connections: [ControlConnection] = []
    private var listener: FDBox?
    private var signals: FDBox?
    private(set) var startedAt: Int64 = 0
    private(set) var oomKilled = false
    private var startRequested = false
    var exited: ExitRecord?

    /// Runs the shim for the container of `bundle` with the control connection at descriptor 3; returns the process's
    /// exit status.
    public static func run(bundle: String) -> Int32 {
        let control = FDBox(FD(owning: 3))
        do {
            try prepareProcess(bundle)
            let supervisor = try Supervisor(control)
            try supervisor.launch()
            supervisor.serve()
            return 0
        } catch {
            _ = try? control.fd.sendPacket(ShimEvent.startFailed(error).encoded())
            return 1
        }
    }

    private static func prepareProcess(_ bundle: String) throws(StartFailure) {
        try doing("prepare shim") { () throws(SystemError) in
            // The image this runs from, as the launcher passed it: execve has its own hold on it.
            try FD(owning: 4).close()
            try ProcessAttributes.setDumpable(false)
            try ProcessAttributes.blockSignals()
            try ProcessAttributes.becomeSubreaper()
            try ProcessAttributes.changeDirectory(bundle)
        }
    }

    private init(_ control: FDBox) throws(StartFailure) {
        plan = try LaunchPlan.load()
        Self.unlink(plan.config.exitPath)
        Self.unlink("shim.sock")
        cgroup = try ContainerCgroup(path: plan.config.cgroupPath, resources: plan.spec.linux?.resources)
        do {
            loop = try EventLoop()
            let log = plan.config.log
            self.log = log.driver == .jsonFile ? try JSONFileLog(log) : nil
        } catch {
            throw StartFailure("prepare shim", error)
        }
        try doing("control connection") { () throws(SystemError) in try accept(control) }
    }

    private func accept(_ socket: FDBox) throws(SystemError) {
        let connection = try ControlConnection(
            socket: socket, loop: loop,
            handle: { [unowned self] request, descriptors, connection in answer(request, descriptors, connection) },
            ended: { [unowned self] connection in disconnected(connection) })
        connections.append(connection)
    }

    private func disconnected(_ connection: ControlConnection) {
        connections.removeAll { $0 === connection }
        guard connections.isEmpty, !startRequested, exited == nil, let container else { return }
        // Nobody will ever ask for it to be started.
        _ = try? ChildProcess.signal(container.pidfd.fd, 9)
    }

    /// While the init prepares itself: everything it does not wait for.
    private func serve() {
        do {
            try listen()
        } catch {
            broadcast(.reply(request: 0, error: "\(error)"))
        }
        cgroup.watchMemory(loop) { [unowned self] in noteOutOfMemory() }
        // What reading the specification took is not needed again.
        ProcessAttributes.releaseFreeMemory()
        _ = try? loop.run()
    }

    /// Gives back all that has a name, before anybody is told of the end: whoever hears of it may start the
    /// container again at once, while this shim may still be writing to a slow client.
    private func release() {
        cgroup.remove(loop, killing: !plan.newNamespaces.contains(.pid))
        if let listener { loop.unwatch(listener) }
        listener = nil
        Self.unlink("shim.sock")
    }

    /// What an earlier run may have left in the bundle, the working directory. Not there is fine.
    private static func unlink(_ path: String) {
        if let here = try? FD.open(at: ".", [.path, .directory]) { _ = try? here.unlink(RawPath(path)) }
    }

    private func listen() throws(SystemError) {
        let signals = FDBox(try ProcessAttributes.childSignals())
        self.signals = signals
        try loop.watch(signals, .readable) { [unowned self] _ in childEnded(signals) }
        let listener = FDBox(try PacketSocket.listen(at: "shim.sock"))
        self.listener = listener
        try loop.watch(listener, .readable) { [unowned self] _ in
            while let connection = try? listener.fd.accept() {
                // The bundle is the daemon's alone; this holds even if its mode is changed by mistake.
                guard (try? connection.peerUser()) == 0 else { continue }
                _ = try? accept(FDBox(connection))
            }
        }
    }

    func broadcast(_ event: ShimEvent) {
        for connection in connections { connection.send(event) }
    }

    // MARK: Start

    func start() throws(StartFailure) {
        guard let container, exited == nil else { throw StartFailure(.other, "container has already ended") }
        guard !startRequested else { throw StartFailure(.other, "container is already started") }
        startRequested = true
        // An error means that the child has died; its report is on the way.
        _ = try? container.channel.sendStart()
    }

    /// The init has executed its program, or says why not.
    func containerSettled() {
        guard let container else { return }
        loop.unwatch(container.channel.socket)
        guard case .running = container.phase, startRequested else { return }
        startedAt = KernelClock.realTime()
        broadcast(.started(pid: container.pid))
    }

    // MARK: End

    private func childEnded(_ signals: FDBox) {
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { buffer in
            while (try? signals.fd.read(into: buffer)) ?? 0 > 0 {}
        }
        while let (pid, status) = ChildProcess.reap() {
            if pid == container?.pid { containerEnded(status) } else { execEnded(pid, status) }
        }
    }

    private func containerEnded(_ status: Int32) {
        guard let container, exited == nil else { return }
        if case .preparing = container.phase, container.readChannel() { containerSettled() }
        // Without a pid namespace of its own nobody else ends what it has left behind.
        if !plan.newNamespaces.contains(.pid) { cgroup.killAll() }
        container.streams.finish()
        oomKilled = oomKilled || cgroup.oomKills > 0
        let record = record(status, container)
        exited = record
        do { try record.write(to: plan.config.exitPath) } catch { broadcast(.reply(request: 0, error: "\(error)")) }
        release()
        if let failure = record.failure { broadcast(.startFailed(failure)) } else { broadcast(.exited(record)) }
        leaveWhenWritten()
    }

    private func record(_ status: Int32, _ container: SupervisedProcess) -> ExitRecord {
        var record = ExitRecord(
            containerID: plan.config.containerID, code: status, oomKilled: oomKilled, pid: container.pid,
            startedAt: startedAt, finishedAt: KernelClock.realTime())
        switch container.phase {
        case .failed(let failure):
            record.failure = failure
            record.code = failure.exitCode
        case .preparing, .running:
            if startedAt == 0 { record.failure = StartFailure(.other, "the container's init ended before its start") }
        }
        return record
    }

    /// The shim stays until attached clients have what they are owed, at most ten minutes.
    private func leaveWhenWritten() {
        guard let container else { return }
        let check = { [unowned self] in
            if !container.streams.hasClients && execs.values.allSatisfy({ !$0.streams.hasClients }) {
                loop.stopped = true
            }
        }
        container.streams.whenClientsChange = check
        for exec in execs.values { exec.streams.whenClientsChange = check }
        loop.after(milliseconds: 600_000) { [unowned self] in loop.stopped = true }
        check()
    }

    /// Killed by the kernel for lack of memory, as far as is known now.
    func noteOutOfMemory() {
        oomKilled = true
        broadcast(.oom)
    }
}

extension StartFailure {
    /// Docker's exit codes for a container whose program never ran.
    public var exitCode: Int32 {
        switch kind {
        case .commandNotFound: 127
        case .notExecutable: 126
        case .other: 128
        }
    }
}

/// Ends the program, for executables that import nothing of the system.
public func exitProcess(_ code: Int32) -> Never { ChildProcess.exit(code) }
