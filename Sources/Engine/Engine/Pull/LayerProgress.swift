internal import APIModel
internal import Primitives
internal import Synchronization

/// What is told of one layer, by the first digits of its digest.
struct LayerProgress: Sendable {
    let id: String
    let report: ProgressReport

    func say(_ status: String) { report(ProgressMessage(status: status, id: id, progressDetail: .init())) }

    func say(_ status: String, _ current: Int64, of total: Int64) {
        var message = ProgressMessage(
            status: status, id: id, progressDetail: .init(current: current, total: total > 0 ? total : nil))
        message.progress = ProgressBar.text(current, of: total)
        report(message)
    }
}

/// Passes on how far something has come, ten times a second at most, and its end.
final class ProgressMeter: Sendable {
    private let told = Mutex<Int64>(0)
    private let progress: LayerProgress
    private let status: String
    private let total: Int64

    init(_ progress: LayerProgress, _ status: String, total: Int64) {
        self.progress = progress
        self.status = status
        self.total = total
    }

    func reached(_ current: Int64) {
        let now = Timestamp.now().nanoseconds
        let isDue = told.withLock { told in
            guard now - told >= 100_000_000 || current == total else { return false }
            told = now
            return true
        }
        if isDue { progress.say(status, current, of: total) }
    }
}
