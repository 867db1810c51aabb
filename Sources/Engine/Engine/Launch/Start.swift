internal import LinuxSystem
public import APIModel
internal import ContainerNetwork
internal import OCIRuntime
public import Primitives

extension Engine {
    public func start(_ name: String, hostConfig: HostConfig?) async throws(EngineError) {
        let container = try containers.find(name)
        try await container.gate.withGate { () async throws(EngineError) in
            try checkStartable(container, name: name)
            if let hostConfig { try await replaceHostConfig(of: container, with: hostConfig) }
            container.withLive { live in
                live.record.stoppedByUser = false
                live.record.restartCount = 0
                live.restarts = RestartBackoff()
            }
            try await startNow(container)
        }
    }

    private func checkStartable(_ container: Container, name: String) throws(EngineError) {
        switch container.state.phase {
        case .running, .restarting, .starting: throw EngineError(.notModified, "container already started")
        case .paused:
            throw EngineError(.conflict, "cannot start a paused container, try unpause instead")
        case .removing, .dead:
            throw EngineError(.conflict, "container is marked for removal and cannot be started")
        case .created, .exited: return
        }
    }

    /// A removal that came first has the last word.
    func checkExists(_ container: Container, name: String) throws(EngineError) {
        if container.state.phase == .removing || container.state.phase == .dead {
            throw EngineError(.notFound, "No such container: \(name)")
        }
    }

    /// The host config that clients below 1.24 send with start.
    private func replaceHostConfig(of container: Container, with hostConfig: HostConfig) async throws(EngineError) {
        guard container.state.phase == .created || container.state.phase == .exited else { return }
        let record = container.record
        let changed = try await workers.run { [self] in try rehosted(record, with: hostConfig) }
        container.withLive { $0.record = changed }
    }

    /// Under the gate: from a stopped container to a running process. On failure the container is as it was, with
    /// the error and the exit code noted.
    /// `again`: by its restart policy, after an end.
    func startNow(_ container: Container, again: Bool = false) async throws(EngineError) {
        await finishTeardown(of: container)
        let run = container.withLive { live -> Int in
            live.run += 1
            live.record.state.phase = .starting
            live.record.state.startsAgain = again
            live.record.state.error = ""
            live.record.stoppedByUser = false
            live.start = Promised()
            return live.run
        }
        do {
            try await launch(container, run: run)
        } catch {
            await startFailed(container, run: run, error)
            throw error
        }
    }

    /// Network, bundle, supervisor, process: each step is undone by `tearDown` when a later one fails.
    private func launch(_ container: Container, run: Int) async throws(EngineError) {
        let sandbox = try await connectNetwork(container)
        container.withLive { $0.record.sandbox = sandbox }
        publishConnections("connect", container.record)
        let connection = try await workers.run { [self] in
            // From here on the row says "starting": should this process end now, the next one looks at the bundle.
            try store.save(container)
            try writeBundle(of: container)
            return try openSupervisor(of: container, run: run)
        }
        let progress = container.withLive { live -> Promised<StartOutcome>? in
            live.connection = connection
            return live.start
        }
        try attachPending(container, to: connection)
        do { try connection.send(.start) } catch { throw EngineError(wrapping: error) }
        switch await progress?.value() ?? .lost {
        // Off the client's path: what the row lacks (the pid) the bundle knows. After a loss of power the policy of a
        // container that was running applies.
        case .started:
            workers.submit { [self] in
                attempt("save \(container.id)") { try store.save(container, isDurable: true) }
            }
            Task { await updateParents(of: container) }
        case .failed(let failure): throw EngineError(failure)
        case .lost: throw EngineError(.internal, "the supervisor of container \(container.id) ended unexpectedly")
        }
    }

    /// On the reactor's thread, so that everybody hears of the start before the end.
    func noteStarted(_ container: Container, pid: Int32) {
        let started = container.withLive { live -> ContainerRecord? in
            guard live.record.state.phase == .starting else { return nil }
            live.record.state.phase = .running
            live.record.state.pid = pid
            live.record.state.startedAt = .now()
            live.record.state.oomKilled = false
            return live.record
        }
        if let started { publish("start", started) }
        container.withLive { $0.start }?.give(.started(pid: pid))
    }

    private func startFailed(_ container: Container, run: Int, _ error: EngineError) async {
        closePendingAttaches(container)
        let code = (error.cause as? StartFailure)?.exitCode ?? 128
        container.withLive { live in
            guard live.run == run, live.record.state.phase == .starting else { return }
            live.record.state.phase = live.record.state.startedAt == nil ? .created : .exited
            live.record.state.error = error.message
            live.record.state.exitCode = code
        }
        await tearDown(container)
        publish("die", container.record, ["exitCode": "\(code)"])
        container.endFollowers()
        container.answerWaiters([.notRunning, .nextExit], ContainerWaited(statusCode: Int(code)))
        if container.record.hostConfig.autoRemove { removeAutomatically(container) }
    }
}
