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
            guard let verb = rest.popFirst() else { return result + "%!(NOVERB)" }
            if verb == "%" {
                result += "%"
                continue
            }
            guard let value = values.popFirst() else {
                result += "%!\(verb)(MISSING)"
                continue
            }
            let body =
                verb == "q" ? String(decoding: JSONValue.string(text(value)).serialized(), as: UTF8.self) : text(value)
            let fill = String(repeating: " ", count: min(1000, max(0, abs(Int(width) ?? 0) - body.count)))
            result += width.hasPrefix("-") ? body + fill : fill + body
        }
        return result
    }
}
