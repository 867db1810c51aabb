/// How long to wait before a request that failed is tried again: twice as long each time, and no two at the same moment.
struct BackOff: Sendable {
    static let mostTries = 7
    private static let first = Duration.milliseconds(50)
    private static let longest = Duration.seconds(5)

    private var next = first
    private(set) var tries = 1

    /// Nil when it is enough.
    mutating func pause(share: Double = .random(in: 0.5...1)) -> Duration? {
        guard tries < Self.mostTries else { return nil }
        tries += 1
        defer { next = min(next * 2, Self.longest) }
        return next * share
    }
}
