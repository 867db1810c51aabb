internal import APIModel
internal import Primitives

/// Waits with an end.
enum Deadline {
    /// Whether `wait` is over within `seconds`; negative waits for ever.
    ///
    /// Not cut short when the client that asked leaves: a grace period is the container's, not the client's.
    static func finishes(within seconds: Int, _ wait: PendingWait) async -> Bool {
        let outcome = Promised<Bool>()
        let waiting = Task { outcome.give((try? await wait.value()) != nil) }
        let clock =
            seconds < 0
            ? nil
            : Task {
                try? await Task.sleep(for: .seconds(seconds))
                outcome.give(false)
            }
        defer {
            waiting.cancel()
            clock?.cancel()
        }
        return await outcome.value()
    }
}
