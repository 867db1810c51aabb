internal import APIModel

/// Docker's restart policy with its back-off, as a value: what to do after an exit.
///
/// The wait doubles before each restart from 100 ms (so the first is 200 ms), at most a minute; a run of more than ten
/// seconds starts it over.
struct RestartBackoff: Sendable {
    enum Decision: Equatable, Sendable {
        case stay
        case restart(after: Duration)
    }

    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(60)

    private var delay = Duration.zero
    private(set) var failures = 0

    /// Takes note of an exit and decides. `lasted` is how long the process ran.
    mutating func afterExit(code: Int, lasted: Duration, policy: RestartPolicy, stoppedByUser: Bool) -> Decision {
        failures = code == 0 ? 0 : failures + 1
        guard !stoppedByUser, wantsRestart(code: code, policy: policy) else { return .stay }
        if lasted > .seconds(10) {
            delay = Self.first
        } else {
            delay = min(max(delay, Self.first) * 2, Self.longest)
        }
        return .restart(after: delay)
    }

    private func wantsRestart(code: Int, policy: RestartPolicy) -> Bool {
        switch policy.name {
        case "always", "unless-stopped": true
        case "on-failure": code != 0 && (policy.maximumRetryCount == 0 || failures <= policy.maximumRetryCount)
        default: false
        }
    }
}
