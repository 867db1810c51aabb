internal import APIModel
internal import Flags
internal import Primitives

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
