internal import Primitives
internal import Synchronization

/// Builds that go on and have an id of their client's.
final class RunningBuilds: Sendable {
    private let tasks = Mutex<[String: Task<Result<Void, EngineError>, Never>]>([:])

    /// Of two builds with one id the later one is known by it.
    func add(_ id: String, _ task: Task<Result<Void, EngineError>, Never>) {
        guard !id.isEmpty else { return }
        tasks.withLock { $0[id] = task }
    }

    func remove(_ id: String) { tasks.withLock { $0[id] = nil } }

    /// False when there is none.
    func cancel(_ id: String) -> Bool {
        guard let task = tasks.withLock({ $0[id] }) else { return false }
        task.cancel()
        return true
    }
}
