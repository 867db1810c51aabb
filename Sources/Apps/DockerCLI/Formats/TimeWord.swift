internal import HostSystem
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
        do throws(EngineError) { return seconds(try time(text)) } catch {
            throw CommandFailure("invalid time: \(text)")
        }
    }

    /// `2015-04-07` is the first moment of that day here; a zone says otherwise.
    private static func time(_ text: String) throws(EngineError) -> Timestamp {
        let model = "0000-01-01T00:00:00"
        let zone = text.dropFirst("0000-01-01".count).firstIndex { "Zz+-".contains($0) }
        let shown = String(text[..<(zone ?? text.endIndex)])
        let filled = shown.count >= model.count ? shown : shown + model.dropFirst(shown.count)
        if let zone { return try Timestamp(parsing: filled + text[zone...]) }
        let time = try Timestamp(parsing: filled + "Z")
        return Timestamp(seconds: LocalZone.time(shownAs: time.seconds), nanoseconds: time.subsecond)
    }

    private static func seconds(_ time: Timestamp) -> String {
        let fraction = String(String(time.subsecond + 1_000_000_000).dropFirst())
        return "\(time.seconds).\(fraction)"
    }
}
