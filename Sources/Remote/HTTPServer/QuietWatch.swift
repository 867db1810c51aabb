internal import Synchronization

/// Calls an action when nothing has been asked for a while; once, until something is asked again.
final class QuietWatch: Sendable {
    private let patience: Duration
    private let action: @Sendable () -> Void
    private let state = Mutex<(last: ContinuousClock.Instant, isWaiting: Bool)>((.now, false))

    init(after patience: Duration, _ action: @escaping @Sendable () -> Void) {
        self.patience = patience
        self.action = action
    }

    func note() {
        let begins = state.withLock { state in
            state.last = .now
            defer { state.isWaiting = true }
            return !state.isWaiting
        }
        if begins { Task.detached { await self.wait() } }
    }

    /// Ends with the action.
    private func wait() async {
        while true {
            let end = state.withLock { $0.last } + patience
            guard (try? await Task.sleep(until: end, clock: .continuous)) != nil else { return }
            let isQuiet = state.withLock { state in
                guard state.last + patience <= .now else { return false }
                state.isWaiting = false
                return true
            }
            if isQuiet { return action() }
        }
    }
}
