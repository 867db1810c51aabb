internal import APIModel

/// Puts what stages say that are built at the same time into one order: one stage after the other. The first that has not
/// ended speaks at once, the others' words wait.
///
/// The order is one in which no stage needs a later one, so that the first never waits.
struct StageQueue: Sendable {
    private var order: [Int]
    private var waiting: [Int: KeptMessages] = [:]
    private var clippedStages: Set<Int> = []
    private var ended: Set<Int> = []

    /// Of what a stage prints this much is kept while it waits, in bytes; the rest is left out.
    static let longest = 2 << 20
    static let clipped = "[output clipped, log limit 2MiB reached]\n"

    init(order: [Int]) { self.order = order.reversed() }

    /// What is to be said now.
    mutating func add(_ message: ProgressMessage, of stage: Int) -> [ProgressMessage] {
        guard order.last != stage, order.contains(stage) else { return [message] }
        let size = message.stream?.utf8.count ?? 0
        if waiting[stage, default: KeptMessages()].bytes + size <= Self.longest, !clippedStages.contains(stage) {
            waiting[stage, default: KeptMessages()].add(message)
        } else if clippedStages.insert(stage).inserted {
            waiting[stage, default: KeptMessages()].add(ProgressMessage(stream: Self.clipped))
        }
        return []
    }

    /// The stage says no more. What is to be said now.
    mutating func end(_ stage: Int) -> [ProgressMessage] {
        ended.insert(stage)
        var messages: [ProgressMessage] = []
        while let last = order.last, ended.contains(last) {
            order.removeLast()
            if let next = order.last { messages += waiting.removeValue(forKey: next)?.messages ?? [] }
        }
        return messages
    }

    /// What the stages have said that never came to speak, in order; of one stage, or of all.
    mutating func takeAll(of stage: Int? = nil) -> [ProgressMessage] {
        defer { waiting = [:] }
        return order.reversed().filter { stage == nil || $0 == stage }.flatMap { waiting[$0]?.messages ?? [] }
    }
}
