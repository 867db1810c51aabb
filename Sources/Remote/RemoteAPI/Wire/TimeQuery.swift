internal import Primitives

extension Query {
    /// A point in time, as `TimeText` reads it. Nil when absent or empty. Errors: `badParameter`.
    func time(_ name: String, now: Timestamp = .now()) throws(EngineError) -> Int64? {
        guard let value = text(name) else { return nil }
        if let time = TimeText.nanoseconds(value, now: now) { return time }
        throw EngineError(.badParameter, "invalid value for '\(name)': \"\(value)\" is no time")
    }
}
