internal import OrderedJSON

/// Go's and Docker's template functions over JSON values.
enum Functions {
    static let names: Set<String> = [
        "json", "index", "len", "lower", "upper", "title", "join", "split", "println", "print", "printf", "eq", "ne",
        "lt",
        "le", "gt", "ge", "and", "or", "not", "truncate", "pad",
    ]

    static func call(_ name: String, _ arguments: [JSONValue]) throws(TemplateError) -> JSONValue {
        func need(_ count: Int) throws(TemplateError) {
            guard arguments.count >= count else {
                throw TemplateError("wrong number of args for \(name): want \(count) got \(arguments.count)")
            }
        }
        switch name {
        case "json":
            try need(1)
            return .string(String(decoding: arguments[0].serialized(), as: UTF8.self))
        case "lower", "upper", "title", "len", "not":
            try need(1)
            return unary(name, arguments[0])
        case "index":
            try need(1)
            var value = arguments[0]
            for key in arguments.dropFirst() { value = try index(value, key) }
            return value
        case "join":
            try need(2)
            return .string(items(arguments[0]).map(text).joined(separator: text(arguments[1])))
        case "split":
            try need(2)
            return .array(split(text(arguments[0]), text(arguments[1])).map(JSONValue.string))
        case "truncate":
            try need(2)
            return .string(String(text(arguments[0]).prefix(max(0, Int(arguments[1].integerValue ?? 0)))))
        case "pad":
            try need(3)
            return .string(blanks(arguments[1]) + text(arguments[0]) + blanks(arguments[2]))
        case "print": return .string(arguments.map(text).joined())
        case "println": return .string(arguments.map(text).joined(separator: " ") + "\n")
        case "printf":
            try need(1)
            return .string(format(text(arguments[0]), Array(arguments.dropFirst())))
        case "and": return arguments.first { !isTrue($0) } ?? arguments.last ?? .null
        case "or": return arguments.first(where: isTrue) ?? arguments.last ?? .null
        default:
            try need(2)
            return .bool(try compare(name, arguments))
        }
    }

    private static func unary(_ name: String, _ value: JSONValue) -> JSONValue {
        switch name {
        case "lower": .string(text(value).lowercased())
        case "upper": .string(text(value).uppercased())
        case "title":
            .string(
                text(value).split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(
                    separator: " "))
        case "len": .integer(Int64(length(value)))
        default: .bool(!isTrue(value))
        }
    }

    private static func length(_ value: JSONValue) -> Int {
        switch value {
        case .string(let text): text.utf8.count
        case .array(let list): list.count
        case .object(let object): object.count
        default: 0
        }
    }

    private static func index(_ value: JSONValue, _ key: JSONValue) throws(TemplateError) -> JSONValue {
        switch (value, key) {
        case (.array(let list), .integer(let index)):
            guard list.indices.contains(Int(index)) else {
                throw TemplateError("error calling index: index out of range: \(index)")
            }
            return list[Int(index)]
        case (.object(let object), .string(let name)): return object[name] ?? .null
        case (.null, _): throw TemplateError("error calling index: index of untyped nil")
        default: throw TemplateError("error calling index: can't index item of this type")
        }
    }

    private static func split(_ text: String, _ separator: String) -> [String] {
        guard !separator.isEmpty else { return text.map(String.init) }
        var result: [String] = []
        var rest = Substring(text)
        while let range = rest.firstRange(of: separator) {
            result.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return result + [String(rest)]
    }

    private static func blanks(_ value: JSONValue) -> String {
        String(repeating: " ", count: min(1000, max(0, Int(value.integerValue ?? 0))))
    }

    private static func compare(_ name: String, _ arguments: [JSONValue]) throws(TemplateError) -> Bool {
        let (left, right) = (arguments[0], arguments[1])
        switch name {
        case "eq": return arguments.dropFirst().contains { same(left, $0) }
        case "ne": return !same(left, right)
        default: break
        }
        let order: Int
        if let a = left.doubleValue ?? left.integerValue.map(Double.init),
            let b = right.doubleValue ?? right.integerValue.map(Double.init)
        {
            order = a < b ? -1 : a > b ? 1 : 0
        } else if let a = left.stringValue, let b = right.stringValue {
            order = a < b ? -1 : a > b ? 1 : 0
        } else {
            throw TemplateError("error calling \(name): incompatible types for comparison")
        }
        switch name {
        case "lt": return order < 0
        case "le": return order <= 0
        case "gt": return order > 0
        default: return order >= 0
        }
    }

    private static func same(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let a = left.integerValue, let b = right.integerValue { return a == b }
        return left == right
    }
}
