internal import Primitives

extension Engine {
    /// Waits for the turn of a command or a copy, which ends with `stepPermits.leave()`. Errors: `unavailable` when the build is
    /// called off meanwhile; then it has no turn.
    func enterStep() async throws(EngineError) {
        do throws(CancellationError) { try await stepPermits.enter() } catch {
            throw EngineError(.unavailable, "Build cancelled")
        }
    }
}
