internal import Primitives
internal import Synchronization

/// What became of a stage: whoever comes first builds it, the others wait.
final class StageOutcome: Sendable {
    private enum State {
        case open
        case claimed([CheckedContinuation<Result<BuiltImage, EngineError>, Never>])
        case known(Result<BuiltImage, EngineError>)
    }

    private let state = Mutex(State.open)

    /// True once: for the one who has to give the outcome.
    func claim() -> Bool {
        state.withLock { state in
            guard case .open = state else { return false }
            state = .claimed([])
            return true
        }
    }

    func give(_ result: Result<BuiltImage, EngineError>) {
        let waiting = state.withLock { state -> [CheckedContinuation<Result<BuiltImage, EngineError>, Never>] in
            guard case .claimed(let waiting) = state else { return [] }
            state = .known(result)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    /// Is not cut short: who has claimed it gives an outcome, cancelled or not.
    func value() async -> Result<BuiltImage, EngineError> {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Result<BuiltImage, EngineError>? in
                switch state {
                case .known(let result): return result
                case .claimed(let waiting): state = .claimed(waiting + [continuation])
                case .open: state = .claimed([continuation])
                }
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
