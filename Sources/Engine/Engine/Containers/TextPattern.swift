/// A pattern of a `name` or `id` filter: Docker takes unanchored regular expressions there.
///
/// What people use is plain text with `^`, `$`, `.`, `*`, classes and alternatives, which Swift's own engine covers; text that
/// is no valid expression is looked for as it stands.
struct TextPattern: Sendable {
    private let text: String
    private let isPlain: Bool

    private static let special: Set<Character> = [
        "^", "$", ".", "*", "+", "?", "[", "]", "(", ")", "|", "{", "}", "\\",
    ]

    init(_ text: String) {
        self.text = text
        isPlain = text.count > 512 || !text.contains { Self.special.contains($0) }
    }

    func matches(_ subject: String) -> Bool {
        guard !isPlain, let expression = try? Regex(text) else { return subject.contains(text) }
        return subject.firstMatch(of: expression) != nil
    }
}
