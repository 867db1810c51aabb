internal import Cgroups
internal import LinuxSystem
internal import APIModel
internal import OCIRuntime
internal import Primitives

extension Engine {
    /// What a supervisor tells. Called on the reactor's thread: notes it, wakes who waits, and leaves the rest to others.
    func handle(_ event: ShimEvent, of container: Container, run: Int) {
        guard container.withLive({ $0.run == run }) else { return }
        switch event {
        case .started(let pid): noteStarted(container, pid: pid)
        case .startFailed(let failure): container.withLive { $0.start }?.give(.failed(failure))
        case .oom: publish("oom", container.record)
        case .exited(let exit): ended(container, exit)
        case .execStarted(let id, let pid): execs.started(id, pid: pid)
        case .execFailed(let id, let failure): execFailed(id, failure, in: container)
        case .execExited(let id, let code): execEnded(id, code: Int(code), in: container)
        case .disconnected: disconnected(container)
        case .status, .reply: break
        }
    }

    /// The supervisor's socket is gone. After an exit that is how it ends; without one it was killed, and the process
    /// with it or not: what is left of it is ended, because nobody holds its streams any more.
    private func disconnected(_ container: Container) {
        container.withLive { $0.start }?.give(.lost)
        guard container.state.hasProcess else { return }
        workers.submit { [self] in
            if let exit = try? ExitRecord.read(bundle: paths.bundle(container.id.description)) {
                return ended(container, exit)
            }
            attempt("end the processes of \(container.id)") { try controlGroup(of: container.record).kill() }
            ended(
                container,
                ExitRecord(containerID: container.id.description, code: 137, finishedAt: Timestamp.now().nanoseconds))
        }
    }

    /// The process has ended. Safe to call twice for one run.
    func ended(_ container: Container, _ exit: ExitRecord) {
        // A process that ends at once can overtake the news that it was started.
        container.withLive { $0.start }?.give(.started(pid: 0))
        guard let (record, decision) = noteEnd(of: container, exit) else { return }
        publish("die", record, dieAttributes(record))
        execs.containerEnded(record.id)
        if decision == .stay { container.endFollowers() }
        let outcome = ContainerWaited(statusCode: record.state.exitCode)
        container.answerWaiters(decision == .stay ? [.nextExit, .notRunning] : [.nextExit], outcome)
        workers.submit { [self] in afterEnd(container, decision) }
    }

    private func noteEnd(
        of container: Container, _ exit: ExitRecord
    ) -> (ContainerRecord, RestartBackoff.Decision)? {
        let isShuttingDown = isShuttingDown
        return container.withLive { live in
            guard live.record.state.hasProcess || live.record.state.phase == .starting else { return nil }
            let finished = Timestamp(nanoseconds: exit.finishedAt)
            if live.record.state.startedAt == nil || live.record.state.phase == .starting {
                live.record.state.startedAt = finished
            }
            let lasted = finished.nanoseconds - (live.record.state.startedAt?.nanoseconds ?? finished.nanoseconds)
            let decision =
                isShuttingDown
                ? .stay
                : live.restarts.afterExit(
                    code: Int(exit.code), lasted: .nanoseconds(lasted), policy: live.record.hostConfig.restartPolicy,
                    stoppedByUser: live.record.stoppedByUser)
            live.record.state.phase = decision == .stay ? .exited : .restarting
            live.record.state.exitCode = Int(exit.code)
            live.record.state.oomKilled = exit.oomKilled
            live.record.state.finishedAt = finished
            live.record.state.pid = 0
            live.connection = nil
            live.start = nil
            live.execs = []
            live.teardown = TeardownGate()
            return (live.record, decision)
        }
    }

    private func dieAttributes(_ record: ContainerRecord) -> [String: String] {
        let started = record.state.startedAt?.nanoseconds ?? 0
        let seconds = ((record.state.finishedAt?.nanoseconds ?? started) - started) / 1_000_000_000
        return ["exitCode": "\(record.state.exitCode)", "execDuration": "\(seconds)"]
    }

    /// Behind the client's answer: the row, the network, the bundle, and what comes next.
    private func afterEnd(_ container: Container, _ decision: RestartBackoff.Decision) {
        // What its user stopped shall not be back after a loss of power.
        let isDurable = container.record.stoppedByUser
        attempt("save \(container.id)") { try store.save(container, isDurable: isDurable) }
        releaseResources(of: container)
        container.withLive { live -> TeardownGate? in
            defer { live.teardown = nil }
            return live.teardown
        }?.open()
        switch decision {
        case .restart(let delay): scheduleRestart(of: container, after: delay)
        case .stay where container.record.hostConfig.autoRemove && !isShuttingDown: removeAutomatically(container)
        case .stay: break
        }
    }

    func removeAutomatically(_ container: Container) {
        // Ends with the removal.
        Task {
            await attempt("remove \(container.id)") { () async throws(EngineError) in
                try await container.gate.withGate { () async throws(EngineError) in
                    guard !container.state.isRunning else { return }
                    try await removeNow(container, volumes: true)
                }
            }
        }
    }

    /// The next run after the back-off; a stop, kill or removal calls it off.
    private func scheduleRestart(of container: Container, after delay: Duration) {
        let task = Task { [weak self] in
            try? await Task.sleep(for: delay)
            guard !Task.isCancelled, let self else { return }
            await container.gate.withGate { await self.restartNow(container) }
        }
        container.withLive { live in
            if live.record.state.phase == .restarting { live.restartTask = task } else { task.cancel() }
        }
    }

    private func restartNow(_ container: Container) async {
        let goesOn = container.withLive { live -> Bool in
            guard live.record.state.phase == .restarting, !live.record.stoppedByUser else { return false }
            live.record.restartCount += 1
            live.restartTask = nil
            return true
        }
        guard goesOn, !isShuttingDown else { return }
        await attempt("restart \(container.id)") { () async throws(EngineError) in
            try await startNow(container, again: true)
        }
    }
}
