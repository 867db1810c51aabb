internal import APIModel
internal import Primitives

/// Tells how far a download has come, a few times a second.
struct DownloadMeter: Sendable {
    private let status: String
    private let progress: ProgressReport
    /// Bytes; nil when nobody says.
    var total: Int64?
    private var current: Int64 = 0
    private var told = Timestamp(nanoseconds: 0)

    init(_ status: String, _ progress: @escaping ProgressReport) {
        self.status = status
        self.progress = progress
    }

    mutating func took(_ count: Int) {
        current += Int64(count)
        let now = Timestamp.now()
        guard now.nanoseconds - told.nanoseconds > 250_000_000 || current == total else { return }
        told = now
        var message = ProgressMessage(status: status)
        message.progressDetail = .init(current: current, total: total ?? 0)
        progress(message)
    }
}
