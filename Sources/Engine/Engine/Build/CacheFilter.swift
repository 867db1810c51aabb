internal import APIModel
internal import Primitives

/// Which entries a prune of the cache means: BuildKit's fields, as Docker's engine passes them on. Each has one value and all
/// of them hold.
struct CacheFilter: Sendable {
    private typealias Condition = @Sendable (CacheEntry) -> Bool
    private var conditions: [Condition] = []

    /// Errors: `badParameter` for filters there are not, several values of one, and values that can't be read.
    init(_ filters: Filters, now: Timestamp = .now()) throws(EngineError) {
        if filters.values["until"] != nil, filters.values["unused-for"] != nil {
            throw EngineError(.badParameter, "conflicting filters: \"until\" and \"unused-for\"")
        }
        for (name, values) in filters.values.sorted(by: { $0.key < $1.key }) {
            // Entries have no labels, so several can be asked about.
            guard values.count <= 1 || name.hasPrefix("label") else {
                throw EngineError(.badParameter, "filters expect only one value: '\(name)' has \(values.count)")
            }
            if let condition = try Self.condition(name, values.first, now) { conditions.append(condition) }
        }
    }

    func matches(_ entry: CacheEntry) -> Bool { conditions.allSatisfy { $0(entry) } }

    /// A field without a value asks whether there is one. Nil: what is true of every entry.
    private static func condition(
        _ name: String, _ value: String?, _ now: Timestamp
    ) throws(EngineError) -> Condition? {
        switch name {
        case "inuse": return try flag(name, value) { $0.isUsed }
        case "shared": return try flag(name, value) { $0.isShared }
        case "private": return try flag(name, value) { !$0.isShared }
        // No entry is made from another, and none has a label.
        case "parent", "label": return { _ in false }
        case "label!": return nil
        case "id", "type", "description", "until", "unused-for":
            guard let value else { return nil }
            return try condition(name, of: value, now)
        default: throw EngineError(.badParameter, "invalid filter '\(name)'")
        }
    }

    private static func condition(
        _ name: String, of value: String, _ now: Timestamp
    ) throws(EngineError) -> Condition {
        switch name {
        case "id": return { $0.id.contains(value) }
        case "type": return { $0.type == value }
        case "description": return { $0.description == value }
        default: return try unused(name, value, now)
        }
    }

    private static func flag(
        _ name: String, _ value: String?, _ isTrue: @escaping Condition
    ) throws(EngineError) -> Condition {
        switch value {
        case nil, "true", "1": return isTrue
        case "false", "0": return { !isTrue($0) }
        case let other?:
            throw EngineError(.badParameter, "invalid value for '\(name)': \"\(other)\" is neither true nor false")
        }
    }

    private static func unused(_ name: String, _ text: String, _ now: Timestamp) throws(EngineError) -> Condition {
        guard let time = TimeText.nanoseconds(text, now: now) else {
            throw EngineError(.badParameter, "invalid value for '\(name)': \"\(text)\" is no time")
        }
        let latest = Timestamp(nanoseconds: time)
        return { $0.lastUsed < latest }
    }
}
