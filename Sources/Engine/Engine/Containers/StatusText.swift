internal import Primitives

/// The STATUS column of `docker ps` (`Up 5 minutes (Paused)`, `Exited (0) 2 hours ago`), as every Docker words it.
enum StatusText {
    static func text(for state: RunState, now: Timestamp) -> String {
        switch state.shownPhase {
        case .created, .starting: "Created"
        case .running: "Up \(ago(state.startedAt, now))"
        case .paused: "Up \(ago(state.startedAt, now)) (Paused)"
        case .restarting: "Restarting (\(state.exitCode)) \(ago(state.finishedAt, now)) ago"
        case .exited: state.finishedAt == nil ? "" : "Exited (\(state.exitCode)) \(ago(state.finishedAt, now)) ago"
        case .removing: "Removal In Progress"
        case .dead: "Dead"
        }
    }

    private static func ago(_ moment: Timestamp?, _ now: Timestamp) -> String {
        HumanDuration.text(seconds: moment.map { max(0, (now.nanoseconds - $0.nanoseconds) / 1_000_000_000) } ?? 0)
    }
}
