/// Go's durations: `1h30m`, `500ms`, `1.5s`.
public enum GoDuration {
    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("\u{B5}s", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// Nanoseconds; nil for what is no duration, and for one that is negative or has no unit.
    public static func nanoseconds(_ text: String) -> Int64? { try? parse(text) }

    /// Nanoseconds, 0 or more. Errors: `badParameter` with Go's words.
    public static func parse(_ text: String) throws(EngineError) -> Int64 {
        if text == "0" { return 0 }
        var rest = text[...]
        var total = 0.0
        guard !rest.isEmpty else { throw invalid("invalid duration", text) }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let value = Double(number) else { throw invalid("invalid duration", text) }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            rest = rest.dropFirst(unit.count)
            guard !unit.isEmpty else { throw invalid("missing unit in duration", text) }
            guard let factor = units.first(where: { $0.name == unit })?.nanoseconds else {
                throw invalid("unknown unit \"\(unit)\" in duration", text)
            }
            total += value * factor
        }
        guard total < 9e18 else { throw invalid("invalid duration", text) }
        return Int64(total)
    }

    private static func invalid(_ reason: String, _ text: String) -> EngineError {
        EngineError(.badParameter, "time: \(reason) \"\(text)\"")
    }
}
