internal import APIModel
public import Primitives

extension Engine {
    public func stop(_ name: String, timeout: Int?, signal: String?) async throws(EngineError) {
        let container = try containers.find(name)
        let number = try signal.map { text throws(EngineError) in try Signal.parse(text) }
        container.withLive { $0.record.stoppedByUser = true }
        try await container.gate.withGate { () async throws(EngineError) in
            try await stopNow(container, timeout: timeout, signal: number)
        }
    }

    /// Under the gate. The stop signal, a wait, SIGKILL. Errors: `notModified` when it doesn't run.
    func stopNow(_ container: Container, timeout: Int?, signal: Int32?) async throws(EngineError) {
        let record = container.record
        guard record.state.isRunning else { throw EngineError(.notModified, "container already stopped") }
        container.withLive { $0.record.stoppedByUser = true }
        if record.state.phase == .restarting { return await cancelRestart(container) }
        if record.state.phase == .paused { try await thaw(container) }

        let ended = try await wait(record.id, until: .nextExit)
        if container.state.hasProcess {
            let stopSignal = signal ?? stopSignal(of: record)
            try sendSignal(stopSignal, to: container)
            publish("kill", record, ["signal": "\(stopSignal)"])
            try await awaitEnd(ended, of: container, seconds: timeout ?? record.config.stopTimeout ?? 10)
        }
        publish("stop", container.record)
    }

    private func stopSignal(of record: ContainerRecord) -> Int32 {
        (try? Signal.parse(record.config.stopSignal)) ?? Signal.term
    }

    /// Waits for the end; kills when `seconds` have passed (negative: waits for ever).
    private func awaitEnd(
        _ ended: PendingWait, of container: Container, seconds: Int
    ) async throws(EngineError) {
        if await Deadline.finishes(within: seconds, ended) { return }
        try await killNow(container)
    }

    /// SIGKILL and a wait. Docker gives the kernel ten seconds and then says so.
    func killNow(_ container: Container) async throws(EngineError) {
        let ended = try await wait(container.id.description, until: .nextExit)
        guard container.state.hasProcess else { return }
        if container.state.phase == .paused { try await thaw(container) }
        try sendSignal(Signal.kill, to: container)
        publish("kill", container.record, ["signal": "\(Signal.kill)"])
        guard await Deadline.finishes(within: 30, ended) else {
            throw EngineError(.internal, "tried to kill container \(container.id), but it did not end")
        }
    }

    /// A container between two runs: the next one is called off.
    func cancelRestart(_ container: Container) async {
        let ended = container.withLive { live -> ContainerRecord? in
            live.restartTask?.cancel()
            live.restartTask = nil
            guard live.record.state.phase == .restarting else { return nil }
            live.record.state.phase = .exited
            return live.record
        }
        guard let ended else { return }
        container.endFollowers()
        container.answerWaiters([.notRunning, .nextExit], ContainerWaited(statusCode: ended.state.exitCode))
        await attempt("save \(ended.id)") { () async throws(EngineError) in try await save(container) }
        publish("stop", ended)
    }
}
