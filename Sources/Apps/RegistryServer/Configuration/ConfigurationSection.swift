internal import OrderedJSON
internal import Primitives

/// A map of the configuration, read key by key; what nobody asked for at its end is a mistake.
final class ConfigurationSection {
    let path: String
    private var rest: JSONObject

    init(_ value: JSONValue, path: String = "") throws(EngineError) {
        self.path = path
        // `filesystem:` with nothing behind it is a map without keys.
        guard let object = value.objectValue ?? (value == .null ? [:] : nil) else {
            throw EngineError(.badParameter, "configuration: '\(path)' has to be a map")
        }
        rest = object
    }

    var keys: [String] { rest.keys }

    func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Nil when it isn't there, or says nothing.
    func value(_ key: String) -> JSONValue? {
        defer { rest[key] = nil }
        return rest[key].flatMap { $0 == .null ? nil : $0 }
    }

    func section(_ key: String) throws(EngineError) -> ConfigurationSection? {
        guard let value = rest[key] else { return nil }
        rest[key] = nil
        return try ConfigurationSection(value, path: name(key))
    }

    /// Numbers and booleans are taken as they are written.
    func text(_ key: String) throws(EngineError) -> String? {
        guard let value = value(key) else { return nil }
        return try Self.text(value, name(key))
    }

    private static func text(_ value: JSONValue, _ name: String) throws(EngineError) -> String {
        switch value {
        case .string(let text): return text
        case .integer, .bool, .double, .unsigned: return value.text()
        case .null: return ""
        case .array, .object: throw EngineError(.badParameter, "configuration: '\(name)' has to be a text")
        }
    }

    func flag(_ key: String) throws(EngineError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.boolValue else {
            throw EngineError(.badParameter, "configuration: '\(name(key))' has to be true or false")
        }
        return flag
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(EngineError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.integerValue.map(Int.init), range.contains(number) else {
            throw EngineError(
                .badParameter,
                "configuration: '\(name(key))' has to be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `10s`, `1h30m`; a bare number is nanoseconds, as in Go.
    func duration(_ key: String) throws(EngineError) -> Duration? {
        guard let value = value(key) else { return nil }
        let nanoseconds = value.integerValue ?? value.stringValue.flatMap(TimeText.goDuration)
        guard let nanoseconds, nanoseconds >= 0 else {
            throw EngineError(.badParameter, "configuration: '\(name(key))' has to be a duration such as 10s")
        }
        return .nanoseconds(nanoseconds)
    }

    /// A list of texts; one text is a list of itself.
    func texts(_ key: String) throws(EngineError) -> [String] {
        guard let value = value(key) else { return [] }
        return try Self.texts(value, name(key))
    }

    private static func texts(_ value: JSONValue, _ name: String) throws(EngineError) -> [String] {
        try (value.arrayValue ?? [value]).map { element throws(EngineError) in try text(element, name) }
    }

    /// A list of maps.
    func sections(_ key: String) throws(EngineError) -> [ConfigurationSection] {
        guard let value = value(key) else { return [] }
        guard let elements = value.arrayValue else {
            throw EngineError(.badParameter, "configuration: '\(name(key))' has to be a list")
        }
        var sections: [ConfigurationSection] = []
        for (index, element) in elements.enumerated() {
            sections.append(try ConfigurationSection(element, path: "\(name(key))[\(index)]"))
        }
        return sections
    }

    /// Headers: names with a text or a list of texts each.
    func headers(_ key: String) throws(EngineError) -> [(String, String)] {
        guard let section = try section(key) else { return [] }
        var headers: [(String, String)] = []
        for name in section.keys {
            for value in try section.texts(name) {
                guard name.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 58 }),
                    !value.utf8.contains(where: { $0 < 32 })
                else { throw EngineError(.badParameter, "configuration: '\(section.name(name))' can't be a header") }
                headers.append((name, value))
            }
        }
        return headers
    }

    /// Refuses what is known and not built, unless it says nothing.
    func refuse(_ keys: String..., because reason: String = "is not supported") throws(EngineError) {
        for key in keys {
            guard let value = value(key), value != .array([]), value != .object([:]), value != .bool(false) else {
                continue
            }
            throw EngineError(.notImplemented, "configuration: '\(name(key))' \(reason)")
        }
    }

    /// Errors: `badParameter` that names what nobody asked for.
    func finish() throws(EngineError) {
        if let key = rest.keys.first { throw EngineError(.badParameter, "configuration: '\(name(key))' is unknown") }
    }
}
