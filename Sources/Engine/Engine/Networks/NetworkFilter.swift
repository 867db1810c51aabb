internal import APIModel
internal import ContainerNetwork
internal import Primitives

/// The `filters` of `GET /networks` and of the prune call: labels must all match, values of other keys are alternatives.
struct NetworkFilter: Sendable {
    private static let known: Set<String> = ["name", "id", "driver", "scope", "type", "label", "label!", "dangling"]

    private let filters: Filters
    private let names: [TextPattern]
    private let dangling: Bool?

    init(_ filters: Filters, known: Set<String> = known) throws(EngineError) {
        for key in filters.values.keys.sorted() where !known.contains(key) {
            throw EngineError(.badParameter, "invalid filter '\(key)'")
        }
        for value in filters["type"] where value != "custom" && value != "builtin" {
            throw EngineError(.badParameter, "invalid filter: 'type'='\(value)'")
        }
        switch filters["dangling"].first?.lowercased() {
        case nil: dangling = nil
        case "1", "true": dangling = true
        case "0", "false": dangling = false
        case let value?: throw EngineError(.badParameter, "invalid filter 'dangling=\(value)'")
        }
        self.filters = filters
        names = filters["name"].map(TextPattern.init)
    }

    var asksForUse: Bool { dangling != nil }

    func matches(_ record: NetworkRecord, isUsed: Bool) -> Bool {
        if let dangling {
            guard !record.isPredefined || !dangling, dangling != (isUsed || record.isPredefined) else { return false }
        }
        return (names.isEmpty || names.contains { $0.matches(record.name) })
            && any("id") { record.id.hasPrefix($0) }
            && any("driver") { $0 == record.definition.driver }
            && any("scope") { $0 == record.scope }
            && any("type") { ($0 == "builtin") == record.isPredefined }
            && LabelFilter.matches(filters, record.labels)
    }

    private func any(_ key: String, _ test: (String) -> Bool) -> Bool {
        filters[key].isEmpty || filters[key].contains(where: test)
    }
}
