internal import APIModel
internal import OCIRuntime
internal import Primitives
internal import Synchronization

/// Exec instances: made, started once, kept while their container runs and a while after for whoever asks the exit code.
final class ExecTable: Sendable {
    struct Instance: Sendable {
        enum Phase: Sendable, Equatable { case created, starting, running, ended }

        var id: String
        var containerID: String
        var request: ExecCreateRequest
        var phase = Phase.created
        var pid: Int32 = 0
        var exitCode: Int?
        let start = Promised<StartOutcome>()
        /// Given the exit code when it is recorded here.
        let end = Promised<Int>()
    }

    /// Finished instances are dropped, oldest first, past this many.
    private static let keptFinished = 512

    private struct State {
        var instances: [String: Instance] = [:]
        var finished: [String] = []
    }

    private let state = Mutex(State())

    func insert(_ instance: Instance) {
        state.withLock { $0.instances[instance.id] = instance }
    }

    func find(_ id: String) throws(EngineError) -> Instance {
        guard let instance = state.withLock({ $0.instances[id] }) else {
            throw EngineError(.notFound, "No such exec instance: \(id)")
        }
        return instance
    }

    /// Takes the right to start it. Errors: `conflict` when somebody had it before.
    func claim(_ id: String) throws(EngineError) -> Instance {
        let claimed = state.withLock { state -> Instance? in
            guard let instance = state.instances[id], instance.phase == .created else { return nil }
            state.instances[id]?.phase = .starting
            return instance
        }
        guard let claimed else {
            let instance = try find(id)
            let verb = instance.phase == .ended ? "has already run" : "is already running"
            throw EngineError(.conflict, "Error: Exec command \(id) \(verb)")
        }
        return claimed
    }

    func started(_ id: String, pid: Int32) {
        let instance = state.withLock { state -> Instance? in
            guard state.instances[id]?.phase == .starting else { return nil }
            state.instances[id]?.phase = .running
            state.instances[id]?.pid = pid
            return state.instances[id]
        }
        instance?.start.give(.started(pid: pid))
    }

    /// Nil when it had ended before.
    func failed(_ id: String, _ failure: StartFailure) -> Instance? {
        finish(id, code: Int(failure.exitCode), start: .failed(failure))
    }

    @discardableResult
    func ended(_ id: String, code: Int) -> Instance? {
        finish(id, code: code, start: .started(pid: 0))
    }

    private func finish(_ id: String, code: Int, start: StartOutcome) -> Instance? {
        let instance = state.withLock { state -> Instance? in
            guard let instance = state.instances[id], instance.phase != .ended else { return nil }
            state.instances[id]?.phase = .ended
            state.instances[id]?.exitCode = code
            state.finished.append(id)
            if state.finished.count > Self.keptFinished {
                state.instances[state.finished.removeFirst()] = nil
            }
            return instance
        }
        instance?.start.give(start)
        instance?.end.give(code)
        return instance
    }

    /// The container is gone: what ran in it is over, and what was never started never will be.
    func containerEnded(_ containerID: String) {
        let ids = state.withLock { state in
            state.instances.values.filter { $0.containerID == containerID && $0.phase != .ended }.map(\.id)
        }
        for id in ids {
            let wasCreated = state.withLock { $0.instances[id]?.phase == .created }
            if wasCreated { remove(id) } else { ended(id, code: 137) }
        }
    }

    func remove(_ id: String) {
        state.withLock { $0.instances[id] = nil }
    }
}
