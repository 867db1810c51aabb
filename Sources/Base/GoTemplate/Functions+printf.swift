internal import OrderedJSON

extension Functions {
    /// `%s`, `%v`, `%d`, `%q`, `%%`, with a width.
    static func format(_ format: String, _ arguments: [JSONValue]) -> String {
        var result = ""
        var rest = Substring(format)
        var values = arguments[...]
        while let next = rest.popFirst() {
            guard next == "%" else {
                result.append(next)
                continue
            }
            let width = rest.prefix { $0.isNumber || $0 == "-" }
            rest = rest.dropFirst(width.count)
            let precision = takePrecision(&rest)
            guard let verb = rest.popFirst() else { return result + "%!(NOVERB)" }
            if verb == "%" {
                result += "%"
                continue
            }
            guard let value = values.popFirst() else {
                result += "%!\(verb)(MISSING)"
                continue
            }
            let body = formatted(value, verb, precision)
            let fill = String(repeating: " ", count: min(1000, max(0, abs(Int(width) ?? 0) - body.count)))
            result += width.hasPrefix("-") ? body + fill : fill + body
        }
        return result
    }

    private static func takePrecision(_ rest: inout Substring) -> Int? {
        guard rest.first == "." else { return nil }
        let digits = rest.dropFirst().prefix(while: \.isNumber)
        rest = rest.dropFirst(1 + digits.count)
        return min(Int(digits) ?? 0, 1000)
    }

    private static func formatted(_ value: JSONValue, _ verb: Character, _ precision: Int?) -> String {
        var body = text(value)
        if let precision, verb == "s" || verb == "q" || verb == "v" { body = String(body.prefix(precision)) }
        return verb == "q" ? String(decoding: JSONValue.string(body).serialized(), as: UTF8.self) : body
    }
}
