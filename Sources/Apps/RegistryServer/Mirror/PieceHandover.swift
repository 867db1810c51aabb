internal import NIOCore
internal import Synchronization

/// Hands pieces from one task to another, one at a time: who gives waits until his piece is taken.
final class PieceHandover: Sendable {
    private enum State {
        case idle
        case offered(ByteBuffer, CheckedContinuation<Void, any Error>)
        case awaited(CheckedContinuation<ByteBuffer?, any Error>)
        case ended((any Error)?)
    }

    /// The taker has gone.
    struct NobodyTakes: Error {}

    private let state = Mutex(State.idle)

    /// Errors: `NobodyTakes`.
    func give(_ piece: ByteBuffer) async throws {
        try await withCheckedThrowingContinuation { (giver: CheckedContinuation<Void, any Error>) in
            let taker = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
                switch state {
                case .awaited(let taker):
                    state = .idle
                    return taker
                case .idle: state = .offered(piece, giver)
                case .offered: preconditionFailure("two give at once")
                case .ended: giver.resume(throwing: NobodyTakes())
                }
                return nil
            }
            guard let taker else { return }
            taker.resume(returning: piece)
            giver.resume()
        }
    }

    /// The next piece; nil at the end. Errors: why there is no more.
    func next() async throws -> ByteBuffer? {
        try await withCheckedThrowingContinuation { (taker: CheckedContinuation<ByteBuffer?, any Error>) in
            let (result, giver) = state.withLock {
                state -> (Result<ByteBuffer?, any Error>?, CheckedContinuation<Void, any Error>?) in
                switch state {
                case .offered(let piece, let giver):
                    state = .idle
                    return (.success(piece), giver)
                case .idle: state = .awaited(taker)
                case .awaited: preconditionFailure("two take at once")
                case .ended(let error): return (error.map { .failure($0) } ?? .success(nil), nil)
                }
                return (nil, nil)
            }
            giver?.resume()
            if let result { taker.resume(with: result) }
        }
    }

    /// Says that no more comes, or that no more is taken. What was said first counts.
    func end(_ error: (any Error)? = nil) {
        let last = state.withLock { state in
            let last = state
            if case .ended = last { return last }
            state = .ended(error)
            return last
        }
        switch last {
        case .awaited(let taker): taker.resume(with: error.map { .failure($0) } ?? .success(nil))
        case .offered(_, let giver): giver.resume(throwing: NobodyTakes())
        case .idle, .ended: break
        }
    }
}
