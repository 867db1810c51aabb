/// What a quiet classic build says: shown only when it fails.
struct HeldText {
    /// Of what is said this much is kept, in bytes: the last of it.
    private static let longest = 1 << 20

    private var kept: [UInt8] = []

    var text: String { String(decoding: kept.suffix(Self.longest), as: UTF8.self) }

    mutating func take(_ part: String) {
        kept += part.utf8
        // Not at each: dropping some moves all others.
        if kept.count > 2 * Self.longest { kept.removeFirst(kept.count - Self.longest) }
    }
}
