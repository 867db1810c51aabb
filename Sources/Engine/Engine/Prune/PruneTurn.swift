internal import APIModel
internal import Primitives
internal import Synchronization

/// One prune of a kind at a time.
final class PruneTurn: Sendable {
    private let isTaken = Mutex(false)

    /// Errors: `conflict` while another one is at it.
    func run<Result>(_ body: () async throws(EngineError) -> Result) async throws(EngineError) -> Result {
        let isOurs = isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
        guard isOurs else { throw EngineError(.conflict, "a prune operation is already running") }
        defer { isTaken.withLock { $0 = false } }
        return try await body()
    }
}

extension Engine {
    func publishPrune(of type: String, reclaimed: Int64) {
        events.publish(
            EventMessage(
                type: type, action: "prune", actor: .init(id: "", attributes: ["reclaimed": "\(reclaimed)"]),
                timeNano: Timestamp.now().nanoseconds))
    }
}

/// The filters that prune calls share: labels, and `until`.
struct PruneFilter: Sendable {
    private let filters: Filters
    private let limit: Timestamp?

    /// Errors: `badParameter` for a filter that is not `known`, and for more than one time.
    init(_ filters: Filters, known: Set<String>) throws(EngineError) {
        for key in filters.values.keys.sorted() where !known.contains(key) {
            throw EngineError(.badParameter, "invalid filter '\(key)'")
        }
        guard filters["until"].count <= 1 else {
            throw EngineError(.badParameter, "more than one until filter specified")
        }
        limit = try filters["until"].first.map { text throws(EngineError) in try PruneLimit.time(text) }
        self.filters = filters
    }

    func matches(_ labels: [String: String], created: Timestamp?) -> Bool {
        if let limit {
            guard let created, created <= limit else { return false }
        }
        return LabelFilter.matches(filters, labels)
    }
}
