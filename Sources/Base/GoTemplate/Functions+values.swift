internal import OrderedJSON

// What values mean to a template.
extension Functions {
    static func walk(_ value: JSONValue, _ path: [String]) -> JSONValue {
        path.reduce(value) { $0[$1] ?? .null }
    }

    /// Keys or positions with their values, as `range` visits them.
    static func pairs(_ value: JSONValue) -> [(JSONValue, JSONValue)] {
        switch value {
        case .array(let list): list.enumerated().map { (.integer(Int64($0)), $1) }
        case .object(let object): object.entries.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
        default: []
        }
    }

    static func items(_ value: JSONValue) -> [JSONValue] { pairs(value).map { $0.1 } }

    static func isTrue(_ value: JSONValue) -> Bool {
        switch value {
        case .null: false
        case .bool(let truth): truth
        case .integer(let number): number != 0
        case .unsigned(let number): number != 0
        case .double(let number): number != 0
        case .string(let text): !text.isEmpty
        case .array(let list): !list.isEmpty
        case .object(let object): !object.isEmpty
        }
    }

    /// As Go prints a value.
    static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "<no value>"
        case .bool(let truth): truth ? "true" : "false"
        case .integer(let number): "\(number)"
        case .unsigned(let number): "\(number)"
        case .double: String(decoding: value.serialized(), as: UTF8.self)
        case .string(let text): text
        case .array(let list): "[" + list.map(text).joined(separator: " ") + "]"
        case .object(let object):
            "map["
                + object.entries.sorted { $0.key < $1.key }.map { "\($0.key):\(text($0.value))" }.joined(separator: " ")
                + "]"
        }
    }
}
