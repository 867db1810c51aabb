internal import Primitives

/// When a step ran: it may stop and go on. Times that overlap count once.
struct StepIntervals {
    struct Span: Equatable {
        var start: Timestamp
        /// Nil while it goes on.
        var end: Timestamp?
    }

    /// In order, apart.
    private(set) var spans: [Span] = []
    private var byStart: [Timestamp: Timestamp?] = [:]

    /// One that starts when another did takes its place.
    mutating func set(_ start: Timestamp, _ end: Timestamp?) {
        byStart[start] = .some(end)
        spans = Self.merged(byStart.map { Span(start: $0.key, end: $0.value) })
    }

    var isStarted: Bool { !spans.isEmpty }
    var isOver: Bool { spans.last.map { $0.end != nil } ?? false }

    /// Seconds until `now`.
    func seconds(_ now: Timestamp) -> Double {
        spans.reduce(0) { $0 + ($1.end ?? now).seconds(after: $1.start) }
    }

    static func merged(_ spans: [Span]) -> [Span] {
        var result: [Span] = []
        for span in spans.sorted(by: { $0.start < $1.start }) {
            guard let last = result.last else {
                result.append(span)
                continue
            }
            // One without an end takes in all that comes after it.
            guard let end = last.end else { break }
            if end < span.start {
                result.append(span)
            } else {
                result[result.count - 1].end = span.end.map { max($0, end) }
            }
        }
        return result
    }
}

extension Timestamp {
    /// Seconds from `earlier` to this; 0 where they are centuries apart, as Go's zero time is.
    func seconds(after earlier: Timestamp) -> Double {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return overflow ? 0 : Double(difference) / 1e9
    }
}
