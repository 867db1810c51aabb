internal import Primitives
internal import Synchronization

/// Builds that go on.
final class RunningBuilds: Sendable {
    typealias Work = Task<Result<Void, EngineError>, Never>

    private struct Running {
        /// What the client calls it; of two builds with one id the later one is known by it.
        var id: String
        var task: Work
        var agents: AgentDesk
    }

    private struct State {
        var builds: [Int: Running] = [:]
        var last = 0
        var isOver = false

        func latest(_ id: String) -> Running? {
            guard !id.isEmpty else { return nil }
            return builds.filter { $0.value.id == id }.max { $0.key < $1.key }?.value
        }
    }

    private let state = Mutex(State())

    /// The number to remove it by. One that comes after `end` is called off at once.
    func add(_ id: String, _ task: Work, _ agents: AgentDesk) -> Int {
        state.withLock { state in
            state.last += 1
            state.builds[state.last] = Running(id: id, task: task, agents: agents)
            if state.isOver { task.cancel() }
            return state.last
        }
    }

    func remove(_ number: Int) { state.withLock { $0.builds[number] = nil } }

    /// Nil when there is none.
    func agents(of id: String) -> AgentDesk? { state.withLock { $0.latest(id)?.agents } }

    /// False when there is none.
    func cancel(_ id: String) -> Bool {
        guard let task = state.withLock({ $0.latest(id)?.task }) else { return false }
        task.cancel()
        return true
    }

    /// Calls all off, and waits until nothing is left of them.
    func end() async {
        let tasks = state.withLock { state in
            state.isOver = true
            return state.builds.values.map(\.task)
        }
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.value }
    }
}
