/// `<<EOF`, `3<<-"EOF"`: what announces a here-document.
struct HereDocumentMark {
    var name: String
    /// Its variables are expanded: no part of the name is quoted.
    var isExpanded: Bool
    /// `<<-`: tabs at the start of lines are not part of it.
    var ignoresTabs: Bool
    /// `0` when it was not said.
    var descriptor: Int

    /// Nil when a word is no such mark. Errors: quotes that are not closed.
    init?(_ word: String) throws(DockerfileError) {
        let bytes = Array(word.utf8)
        let digits = bytes.prefix(while: Ascii.isDigit)
        var rest = bytes[digits.endIndex...]
        guard rest.starts(with: "<<".utf8) else { return nil }
        rest = rest.dropFirst(2)
        ignoresTabs = rest.first == Ascii.dash
        if ignoresTabs { rest = rest.dropFirst() }
        rest = rest[rest.skippingBlanks(from: rest.startIndex)...]
        guard !rest.isEmpty, !rest.contains(Ascii.less) else { return nil }
        descriptor = Int(String(decoding: digits, as: UTF8.self)) ?? 0
        let quoted = String(decoding: rest, as: UTF8.self)
        let plain = try Self.words(quoted, keepsQuotes: false)
        let raw = try Self.words(quoted, keepsQuotes: true)
        guard plain.count == 1, raw.count == 1 else { return nil }
        name = plain[0]
        isExpanded = Self.quotes(plain[0]) == Self.quotes(raw[0])
    }

    /// All marks in an instruction's text. A text that a shell would not read has none.
    static func all(in line: String) throws(DockerfileError) -> [HereDocumentMark] {
        var expander = WordExpander()
        (expander.keepsQuotes, expander.keepsEscapes, expander.keepsUnset) = (true, true, true)
        expander.longest = SyntaxTree.longest
        guard line.contains("<<"), let words = try? expander.expand(line, { _ in nil }).words else { return [] }
        var marks: [HereDocumentMark] = []
        for word in words {
            if let mark = try HereDocumentMark(word) { marks.append(mark) }
        }
        return marks
    }

    private static func words(_ text: String, keepsQuotes: Bool) throws(DockerfileError) -> [String] {
        var expander = WordExpander()
        (expander.keepsQuotes, expander.keepsUnset) = (keepsQuotes, true)
        return try expander.expand(text, { _ in nil }).words
    }

    private static func quotes(_ text: String) -> Int {
        text.utf8.count { $0 == Ascii.quote || $0 == Ascii.apostrophe }
    }
}

/// A file that stands in the Dockerfile itself.
public struct HereDocument: Sendable, Hashable {
    public var name: String
    /// Its lines; with `<<-` those of COPY and ADD have lost the tabs in front.
    public var content: String
    /// Variables in it are expanded before a copy; a shell does it by itself.
    public var isExpanded: Bool
    /// `<<-`
    public var ignoresTabs: Bool

    public init(name: String, content: String, isExpanded: Bool = true, ignoresTabs: Bool = false) {
        self.name = name
        self.content = content
        self.isExpanded = isExpanded
        self.ignoresTabs = ignoresTabs
    }

    /// The content, with `<<-` without the tabs at the start of its lines.
    public var lines: String { ignoresTabs ? withoutTabs : content }

    /// The content without the tabs at the start of its lines.
    var withoutTabs: String {
        let lines = content.utf8.split(separator: Ascii.lineFeed, omittingEmptySubsequences: false)
        let bytes = lines.map { $0.drop { $0 == Ascii.tab } }.joined(separator: [Ascii.lineFeed])
        return String(decoding: Array(bytes), as: UTF8.self)
    }
}
