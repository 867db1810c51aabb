internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// Query parameters, with Docker's rules for their types.
struct Query: Sendable {
    /// More than any client sends.
    private static let maximumParameters = 1000

    private var items: [(name: String, value: String)] = []

    init(parsing text: some StringProtocol) {
        for part in text.split(separator: "&").prefix(Self.maximumParameters) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count > 1 ? PercentEncoding.decoded(pair[1], plusIsBlank: true) : ""
            items.append((PercentEncoding.decoded(pair[0], plusIsBlank: true), value))
        }
    }

    /// A form's values come before the query's, as in Go.
    mutating func prepend(_ form: Query) { items = form.items + items }

    /// The first value; nil when the parameter is absent.
    subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// The first value, if it isn't empty.
    func text(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }

    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// Empty, `0`, `no`, `false` and `none` are false, anything else is true.
    func bool(_ name: String, default absent: Bool = false) -> Bool {
        guard let value = self[name] else { return absent }
        return !["", "0", "no", "false", "none"].contains(value.trimmed.lowercased())
    }

    /// Nil when absent or empty. Errors: `badParameter` for anything that isn't a number.
    func integer(_ name: String) throws(EngineError) -> Int? {
        guard let value = text(name) else { return nil }
        guard let number = Int(value) else {
            throw EngineError(.badParameter, "strconv.Atoi: parsing \"\(value)\": invalid syntax")
        }
        return number
    }

    /// Both shapes in use: `{"k":["v"]}` and `{"k":{"v":true}}`.
    func filters(_ name: String = "filters") throws(EngineError) -> Filters {
        guard let value = text(name) else { return Filters() }
        guard let json = try? JSONValue(parsing: value), let object = json.objectValue else {
            throw EngineError(.badParameter, "invalid filters: \(value.prefix(200))")
        }
        var result: [String: [String]] = [:]
        for (key, values) in object.entries {
            result[key] = try Self.filterValues(values, key: key)
        }
        return Filters(result)
    }

    private static func filterValues(_ value: JSONValue, key: String) throws(EngineError) -> [String] {
        switch value {
        case .array(let elements):
            let texts = elements.compactMap(\.filterText)
            if texts.count == elements.count { return texts }
        case .object(let members):
            return members.entries.filter { $0.value.boolValue ?? false }.map(\.key)
        case .null: return []
        default: break
        }
        throw EngineError(.badParameter, "invalid filter '\(key)'")
    }
}

extension JSONValue {
    /// A filter's value; numbers and bools as clients that don't quote them mean them.
    fileprivate var filterText: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }
}

extension String {
    /// Without blanks and line ends at both sides.
    var trimmed: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
