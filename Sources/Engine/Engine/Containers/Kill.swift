internal import APIModel
public import Primitives

extension Engine {
    public func kill(_ name: String, signal: String?) async throws(EngineError) {
        let container = try containers.find(name)
        let number = (signal ?? "").isEmpty ? Signal.kill : try Signal.parse(signal ?? "")
        // A start that is on its way comes first.
        if container.state.phase == .starting { await container.gate.withGate {} }
        let record = container.record
        guard record.state.isRunning else {
            throw EngineError(
                .conflict, "cannot kill container: \(name): container \(container.id) is not running")
        }
        // As Docker: a signal sent by hand ends the restart policy for this run, unless the container has a stop signal
        // and this is another.
        if number == Signal.kill || number == stopSignalNumber(record) ?? number {
            container.withLive { $0.record.stoppedByUser = true }
        }
        if record.state.phase == .restarting { return await cancelRestart(container) }
        guard number != Signal.kill else {
            // Not through the gate: a stop that waits for its grace period must not hold up a kill.
            return try await killNow(container)
        }
        try sendSignal(number, to: container)
        publish("kill", record, ["signal": "\(number)"])
    }

    private func stopSignalNumber(_ record: ContainerRecord) -> Int32? {
        try? Signal.parse(record.config.stopSignal)
    }
}
