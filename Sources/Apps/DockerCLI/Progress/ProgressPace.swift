internal import Primitives

/// How fast the bytes that a line tells of pass, and how long the rest takes at that pace. It is worked out from what is seen
/// here, whatever the engine says; docker's own lines don't have it.
struct ProgressPace {
    private let action: String
    private let total: Int64
    private let began: ContinuousClock.Instant
    /// Bytes that were there before anybody looked: what a pull goes on with costs no time.
    private let first: Int64
    private var current: Int64
    private var elapsed = Duration.zero

    /// Over a shorter time it would be chance.
    private static let shortest = Duration.milliseconds(500)

    private init(_ action: String, _ bar: ProgressBar, _ now: ContinuousClock.Instant) {
        self.action = action
        total = bar.total
        began = now
        first = bar.current
        current = bar.current
    }

    /// The next that is told of the same line. Another action, and one that begins again, has a pace of its own. Nil for what
    /// are no bytes.
    static func following(
        _ last: ProgressPace?, _ action: String, _ bar: ProgressBar, at now: ContinuousClock.Instant
    ) -> ProgressPace? {
        guard bar.tellsBytes else { return nil }
        guard var pace = last, pace.action == action, pace.total == bar.total, pace.current <= bar.current else {
            return ProgressPace(action, bar, now)
        }
        pace.current = bar.current
        pace.elapsed = now - pace.began
        return pace
    }

    /// In bytes a second.
    private var rate: Double? {
        guard elapsed >= Self.shortest, current > first else { return nil }
        return Double(current - first) / (elapsed / .seconds(1))
    }

    /// `45.2MB/s`; nil while nothing is known.
    var rateText: String? {
        rate.map { ByteCount(Int64($0)).decimal(spaced: false, digits: 3) + "/s" }
    }

    /// `1m3s`, rounded up; nil when the end is not known, or reached.
    var timeLeftText: String? {
        guard let rate, total > current else { return nil }
        let seconds = (Double(total - current) / rate).rounded(.up)
        return seconds < 1e9 ? GoDuration.text(seconds: Int64(seconds)) : nil
    }
}
