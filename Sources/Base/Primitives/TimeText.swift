/// Points in time as Docker's API takes them.
public enum TimeText {
    /// Unix seconds with a fraction, RFC 3339, or a duration back from `now` (`10m`, Go's units), as nanoseconds since
    /// 1970. Nil for anything else.
    public static func nanoseconds(_ text: String, now: Timestamp) -> Int64? {
        if let seconds = unixTime(text) { return seconds }
        if let back = goDuration(text) { return now.nanoseconds - back }
        return (try? Timestamp(parsing: text))?.nanoseconds
    }

    private static func unixTime(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let seconds = Int64(parts[0]) else { return nil }
        guard parts.count > 1 else { return Timestamp(seconds: seconds).nanoseconds }
        let digits = parts[1].prefix(9)
        guard parts[1].allSatisfy({ ("0"..."9").contains($0) }), !digits.isEmpty,
            let fraction = Int64(digits + String(repeating: "0", count: 9 - digits.count))
        else { return nil }
        return Timestamp(seconds: seconds, nanoseconds: fraction).nanoseconds
    }

    private static let units: [(String, Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// Nanoseconds of a duration in Go's notation, `1h30m`, `-0.5s`; nil for what is none.
    public static func goDuration(_ text: String) -> Int64? {
        // The only number that needs no unit.
        if text == "0" { return 0 }
        var rest = text[...]
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(digits), let scale = units.first(where: { $0.0 == unit })?.1 else { return nil }
            total += number * scale
        }
        return total.isFinite && abs(total) < 9e18 ? Int64(total) : nil
    }
}
