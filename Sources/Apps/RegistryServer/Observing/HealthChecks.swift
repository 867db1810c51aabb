internal import Synchronization

/// What is known about the health of what the server stands on; checks run beside it and report here.
final class HealthChecks: Sendable {
    private let failing = Mutex<[String: String]>([:])

    /// A check's last word: nil is well.
    func report(_ check: String, _ problem: String?) { failing.withLock { $0[check] = problem } }

    /// What fails, by check.
    var problems: [String: String] { failing.withLock { $0 } }

    /// One of them, for an answer.
    var failure: String? { failing.withLock { $0.isEmpty ? nil : $0.keys.min() } }
}
