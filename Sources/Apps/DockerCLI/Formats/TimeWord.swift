internal import Primitives

/// Times as users give them: unix seconds, RFC 3339 or its beginning, or an age such as `10m`.
enum TimeWord {
    /// As the engine's queries want it: seconds with a fraction. Nil for no time.
    static func query(_ text: String) throws -> String? {
        guard !text.isEmpty else { return nil }
        if text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), text.contains(where: \.isNumber) {
            return text
        }
        if let age = GoDuration.nanoseconds(text) {
            return seconds(Timestamp.now().advanced(by: .nanoseconds(-age)))
        }
        do throws(EngineError) { return seconds(try Timestamp(parsing: completed(text))) } catch {
            throw CommandFailure("invalid time: \(text)")
        }
    }

    /// `2015-04-07` becomes `2015-04-07T00:00:00Z`.
    private static func completed(_ text: String) -> String {
        let model = "0000-01-01T00:00:00"
        let isWhole = text.count >= model.count
        let filled = isWhole ? text : text + model.dropFirst(text.count)
        let time = filled.dropFirst(model.count)
        let hasZone = time.contains("Z") || time.contains("z") || time.contains("+") || time.contains("-")
        return hasZone ? filled : filled + "Z"
    }

    private static func seconds(_ time: Timestamp) -> String {
        let fraction = String(String(time.subsecond + 1_000_000_000).dropFirst())
        return "\(time.seconds).\(fraction)"
    }
}
