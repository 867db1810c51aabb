internal import APIModel
internal import Primitives

/// Which events a listener wants: values of one key are alternatives, different keys must all match.
struct EventFilter: Sendable {
    private static let known: Set<String> = [
        "event", "container", "image", "type", "label", "daemon", "scope", "volume", "network", "plugin",
    ]

    private let filters: Filters

    init(_ filters: Filters) throws(EngineError) {
        for key in filters.values.keys.sorted() where !Self.known.contains(key) {
            throw EngineError(.badParameter, "invalid filter '\(key)'")
        }
        self.filters = filters
    }

    func matches(_ event: EventMessage) -> Bool {
        filters.values.allSatisfy { key, wanted in matches(event, key, wanted) }
    }

    private func matches(_ event: EventMessage, _ key: String, _ wanted: [String]) -> Bool {
        switch key {
        case "event": wanted.contains { $0 == event.action || event.action.hasPrefix($0 + ":") }
        case "type": wanted.contains(event.type)
        case "scope": wanted.contains(event.scope)
        case "image": wanted.contains { matchesImage(event, $0) }
        case "label": wanted.allSatisfy { matchesLabel(event, $0) }
        default: wanted.contains { matchesActor(event, key, $0) }
        }
    }

    private func matchesImage(_ event: EventMessage, _ wanted: String) -> Bool {
        let names = [event.from, event.type == "image" ? event.actor.id : nil, event.actor.attributes["image"]]
        return names.compactMap(\.self).contains { name in
            name == wanted || name.hasPrefix(wanted + ":") || name.hasPrefix("sha256:" + wanted)
        }
    }

    private func matchesLabel(_ event: EventMessage, _ wanted: String) -> Bool {
        let parts = wanted.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let value = event.actor.attributes[String(parts[0])] else { return false }
        return parts.count == 1 || value == parts[1]
    }

    /// `container`, `volume`, `network`, …: the object's id, a prefix of it, or its name.
    private func matchesActor(_ event: EventMessage, _ type: String, _ wanted: String) -> Bool {
        guard event.type == type, !wanted.isEmpty else { return false }
        let name = wanted.hasPrefix("/") ? String(wanted.dropFirst()) : wanted
        return event.actor.id.hasPrefix(name) || event.actor.attributes["name"] == name
    }
}
