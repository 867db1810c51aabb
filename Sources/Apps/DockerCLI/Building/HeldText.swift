/// What a quiet classic build says: shown only when it fails.
struct HeldText {
    /// Of what is said this much is kept, in bytes: the last of it.
    private static let longest = 1 << 20

    private var parts: [String] = []
    private var bytes = 0

    var text: String { parts.joined() }

    mutating func take(_ part: String) {
        parts.append(part)
        bytes += part.utf8.count
        while bytes > Self.longest, parts.count > 1 { bytes -= parts.removeFirst().utf8.count }
    }
}
