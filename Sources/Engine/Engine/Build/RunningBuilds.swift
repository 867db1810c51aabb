internal import Primitives
internal import Synchronization

/// Builds that go on.
final class RunningBuilds: Sendable {
    typealias Work = Task<Result<Void, EngineError>, Never>

    private struct State {
        var tasks: [Int: Work] = [:]
        /// By the id that the client gave, if it gave one: of two builds with one id the later one is known by it.
        var numbers: [String: Int] = [:]
        var last = 0
        var isOver = false
    }

    private let state = Mutex(State())

    /// The number to remove it by. One that comes after `end` is called off at once.
    func add(_ id: String, _ task: Work) -> Int {
        state.withLock { state in
            state.last += 1
            state.tasks[state.last] = task
            if !id.isEmpty { state.numbers[id] = state.last }
            if state.isOver { task.cancel() }
            return state.last
        }
    }

    func remove(_ number: Int) {
        state.withLock { state in
            state.tasks[number] = nil
            state.numbers = state.numbers.filter { $0.value != number }
        }
    }

    /// False when there is none.
    func cancel(_ id: String) -> Bool {
        guard let task = state.withLock({ state in state.numbers[id].flatMap { state.tasks[$0] } }) else { return false }
        task.cancel()
        return true
    }

    /// Calls all off, and waits until nothing is left of them.
    func end() async {
        let tasks = state.withLock { state in
            state.isOver = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.value }
    }
}
