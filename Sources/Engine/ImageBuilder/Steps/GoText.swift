internal import APIModel
internal import Dockerfile

/// Values as Go's `fmt` prints them: what Docker writes into the history of its images, and finds them by in its cache.
enum GoText {
    /// `%q` of a list: `["a" "b"]`.
    static func quoted(_ words: [String]) -> String { list(words.map(GoQuoted.text)) }

    /// `%v` of a list: `[a b]`.
    static func list(_ words: [String]) -> String { "[" + words.joined(separator: " ") + "]" }

    /// `%+v` of a pointer to Docker's `HealthConfig`.
    static func healthcheck(_ check: HealthcheckConfig) -> String {
        "&{Test:\(list(check.test)) Interval:\(duration(check.interval)) Timeout:\(duration(check.timeout)) "
            + "StartPeriod:\(duration(check.startPeriod)) StartInterval:\(duration(check.startInterval)) "
            + "Retries:\(check.retries)}"
    }

    /// `time.Duration`'s text: `1m30s`, `1.5s`, `20ms`, `0s`.
    static func duration(_ nanoseconds: Int64) -> String {
        guard nanoseconds != 0 else { return "0s" }
        for (unit, size) in [("ns", 1), ("\u{B5}s", 1_000), ("ms", 1_000_000)] as [(String, Int64)]
        where nanoseconds < size * 1_000 {
            return fraction(nanoseconds, of: size) + unit
        }
        let (hours, rest) = nanoseconds.quotientAndRemainder(dividingBy: 3_600_000_000_000)
        let (minutes, seconds) = rest.quotientAndRemainder(dividingBy: 60_000_000_000)
        let hourText = hours > 0 ? "\(hours)h" : ""
        let minuteText = hours > 0 || minutes > 0 ? "\(minutes)m" : ""
        return hourText + minuteText + fraction(seconds, of: 1_000_000_000) + "s"
    }

    private static func fraction(_ value: Int64, of unit: Int64) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
        guard rest > 0 else { return "\(whole)" }
        var digits = String(String(unit + rest).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
