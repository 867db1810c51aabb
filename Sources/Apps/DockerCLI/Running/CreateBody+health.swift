internal import APIModel
internal import Flags

extension CreateBody {
    mutating func setHealth() throws {
        let names = [
            "health-cmd", "health-interval", "health-retries", "health-start-interval", "health-start-period",
            "health-timeout",
        ]
        let isGiven = names.contains { flags.isSet($0) }
        guard !flags.bool("no-healthcheck") else {
            guard !isGiven else { throw CommandFailure("--no-healthcheck conflicts with --health-* options") }
            config.healthcheck.test = ["NONE"]
            return
        }
        guard isGiven else { return }
        if !flags.text("health-cmd").isEmpty { config.healthcheck.test = ["CMD-SHELL", flags.text("health-cmd")] }
        config.healthcheck.interval = try duration("health-interval")
        config.healthcheck.timeout = try duration("health-timeout")
        config.healthcheck.startPeriod = try duration("health-start-period")
        config.healthcheck.startInterval = try duration("health-start-interval")
        config.healthcheck.retries = flags.integer("health-retries")
        guard config.healthcheck.retries >= 0 else { throw CommandFailure("--health-retries cannot be negative") }
    }

    private func duration(_ flag: String) throws -> Int64 {
        let text = flags.text(flag)
        if text.isEmpty { return 0 }
        guard let value = GoDuration.nanoseconds(text), value >= 0 else {
            throw CommandFailure(
                "invalid argument \"\(text)\" for \"--\(flag)\" flag: time: invalid duration \"\(text)\"")
        }
        return value
    }
}

/// Go's durations: `1h30m`, `500ms`, `1.5s`.
enum GoDuration {
    private static let units: [(String, Double)] = [
        ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    static func nanoseconds(_ text: String) -> Int64? {
        if text == "0" { return 0 }
        var rest = text[...]
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
            total += value * factor
        }
        return total < 9e18 ? Int64(total) : nil
    }
}
