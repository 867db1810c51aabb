internal import Primitives
internal import Synchronization

/// What became of a stage: whoever comes first builds it, the others wait.
final class StageOutcome: Sendable {
    private struct State {
        var isClaimed = false
        var waiting: [CheckedContinuation<Result<BuiltImage, EngineError>, Never>] = []
        var result: Result<BuiltImage, EngineError>?
    }

    private let state = Mutex(State())

    /// True once: for the one who has to give the outcome.
    func claim() -> Bool {
        state.withLock { state in
            defer { state.isClaimed = true }
            return !state.isClaimed
        }
    }

    func give(_ result: Result<BuiltImage, EngineError>) {
        let waiting = state.withLock { state in
            state.result = result
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    /// Is not cut short: who claims it gives an outcome, cancelled or not.
    func value() async -> Result<BuiltImage, EngineError> {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
