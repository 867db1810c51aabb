internal import Primitives
internal import Synchronization

/// Tells work on another thread to end.
final class StopSign: Sendable {
    private let isRaised = Atomic(false)

    var isUp: Bool { isRaised.load(ordering: .relaxed) }

    func raise() { isRaised.store(true, ordering: .relaxed) }

    /// Errors: `unavailable` when it was raised.
    func check() throws(EngineError) {
        if isUp { throw EngineError(.unavailable, "Build cancelled") }
    }
}
