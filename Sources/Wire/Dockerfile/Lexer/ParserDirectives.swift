/// `# syntax=`, `# escape=` and `# check=` in the first lines of a file.
public struct ParserDirectives: Sendable, Hashable {
    /// The frontend the file asks for.
    public var syntax: String?
    /// What escapes and continues lines: a backslash or a backtick.
    public var escape = UInt8(ascii: "\\")
    /// Options of the linter.
    public var check: String?

    private var seen: Set<String> = []
    /// They end with the first line that is none.
    private var isOver = false

    init() {}

    /// Takes a line without blanks in front of it, if it is a directive. Errors: one that is said twice, an escape that
    /// can't be one.
    mutating func take(_ line: ArraySlice<UInt8>, number: Int) throws(DockerfileError) -> Bool {
        guard !isOver else { return false }
        if number == 1, line.starts(with: "#!".utf8) { return false }
        guard line.first == Ascii.hash, let (name, value) = Self.split(line.dropFirst()) else {
            isOver = true
            return false
        }
        guard seen.insert(name).inserted else {
            throw DockerfileError("only one \(name) parser directive can be used", at: SourceSpan(line: number))
        }
        switch name {
        case "syntax": syntax = Self.firstWord(value)
        case "check": check = Self.firstWord(value)
        default: try setEscape(value, number)
        }
        return true
    }

    private mutating func setEscape(_ value: String, _ number: Int) throws(DockerfileError) {
        guard value == "\\" || value == "`", let byte = value.utf8.first else {
            throw DockerfileError(
                "invalid escape token '\(value)' does not match ` or \\", at: SourceSpan(line: number))
        }
        escape = byte
    }

    /// Options of the linter in the comment above an instruction; nil for any other comment.
    static func check(inComment comment: String) -> String? {
        guard let (name, value) = split(Array(comment.utf8)[...]), name == "check" else { return nil }
        return firstWord(value)
    }

    /// `name = value` of a known name.
    private static func split(_ text: ArraySlice<UInt8>) -> (name: String, value: String)? {
        let start = text.skippingBlanks(from: text.startIndex)
        let name = text[start...].prefix { Ascii.isLetter($0) || Ascii.isDigit($0) }
        let key = String(decoding: name, as: UTF8.self).lowercased()
        guard ["syntax", "escape", "check"].contains(key) else { return nil }
        let equals = text.skippingBlanks(from: name.endIndex)
        guard equals < text.endIndex, text[equals] == Ascii.equals else { return nil }
        let value = text.skippingBlanks(from: equals + 1)
        let end = text.trimmedEnd(from: value)
        return value < end ? (key, String(decoding: text[value..<end], as: UTF8.self)) : nil
    }

    private static func firstWord(_ text: String) -> String { String(text.prefix { $0 != " " }) }
}
