/// Joins lines to instructions: continuations, comments, directives.
struct LogicalLineReader {
    private(set) var lines: PhysicalLines
    private(set) var directives = ParserDirectives()
    /// The last lines of instructions with an empty line among their continuations.
    private(set) var emptyContinuations: [Int] = []
    private var comments: [String] = []

    init(_ bytes: [UInt8]) { lines = PhysicalLines(bytes) }

    /// The next instruction's text. Errors: see `PhysicalLines` and `ParserDirectives`; bytes that are not UTF-8.
    mutating func next() throws(DockerfileError) -> LogicalLine? {
        while let line = try lines.next() {
            let content = lines.content(line)
            let text = lines.bytes[content]
            let start = text.skippingBlanks(from: content.lowerBound)
            if try takeComment(text[start...]) || start == content.upperBound { continue }
            return try joined(text[start...], column: 1 + text[..<start].scalarCount)
        }
        return nil
    }

    /// The lines of a here-document up to its end, which is not part of it. Errors: an end that is missing.
    mutating func hereDocument(
        endingWith name: String, ignoringTabs: Bool, of instruction: inout LogicalLine
    ) throws(DockerfileError) -> String {
        let end = Array(name.utf8)
        var content: [UInt8] = []
        while let line = try lines.next() {
            instruction.lastLine = lines.number
            var candidate = lines.bytes[lines.content(line)]
            if ignoringTabs { candidate = candidate.drop { $0 == Ascii.tab } }
            if candidate.elementsEqual(end) { return try decoded(content, instruction) }
            content += lines.bytes[line]
        }
        throw DockerfileError("unterminated heredoc", at: instruction.span())
    }

    /// A comment or directive, and with it every line that is no instruction's.
    private mutating func takeComment(_ text: ArraySlice<UInt8>) throws(DockerfileError) -> Bool {
        let isDirective = try directives.take(text, number: lines.number)
        guard text.first == Ascii.hash else { return false }
        guard !isDirective else { return true }
        let comment = String(decoding: text.dropFirst(), as: UTF8.self).trimmingBlanks
        if comment.isEmpty { comments = [] } else { comments.append(comment) }
        return true
    }

    private mutating func joined(_ first: ArraySlice<UInt8>, column: Int) throws(DockerfileError) -> LogicalLine {
        var result = LogicalLine(line: lines.number)
        var (part, isContinued) = uncontinued(first)
        result.append(part, line: lines.number, column: column)
        var hasEmptyLine = false
        while isContinued, let line = try lines.next() {
            result.lastLine = lines.number
            let text = lines.bytes[lines.content(line)]
            let start = text.skippingBlanks(from: text.startIndex)
            if start == text.endIndex {
                hasEmptyLine = true
            } else if text[start] != Ascii.hash {
                (part, isContinued) = uncontinued(text)
                result.append(part, line: lines.number, column: 1)
            }
        }
        if hasEmptyLine { emptyContinuations.append(lines.number) }
        result.comments = comments
        comments = []
        try check(result)
        return result
    }

    /// A line goes on when it ends in the escape, blanks aside, and that is not escaped itself.
    private func uncontinued(_ text: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, Bool) {
        var end = text.endIndex
        while end > text.startIndex, text[end - 1] == Ascii.space || text[end - 1] == Ascii.tab { end -= 1 }
        guard end > text.startIndex, text[end - 1] == directives.escape else { return (text, false) }
        if end - 1 > text.startIndex, text[end - 2] == directives.escape { return (text, false) }
        return (text[..<(end - 1)], true)
    }

    private func check(_ line: LogicalLine) throws(DockerfileError) {
        if let offset = line.bytes.firstInvalidUTF8 {
            throw DockerfileError("invalid UTF-8 in an instruction", at: line.span(at: offset))
        }
        // Whatever reads it as the kernel does would take what is before it for the whole.
        if let offset = line.bytes.firstIndex(of: 0) {
            throw DockerfileError("a zero byte in an instruction", at: line.span(at: offset))
        }
    }

    private func decoded(_ content: [UInt8], _ instruction: LogicalLine) throws(DockerfileError) -> String {
        guard content.firstInvalidUTF8 == nil else {
            throw DockerfileError("invalid UTF-8 in a here-document", at: instruction.span())
        }
        return String(decoding: content, as: UTF8.self)
    }
}

extension [UInt8] {
    /// The offset of the first byte that is no part of valid UTF-8.
    var firstInvalidUTF8: Int? {
        guard String(validating: self, as: UTF8.self) == nil else { return nil }
        let repaired = Array(String(decoding: self, as: UTF8.self).utf8)
        return zip(self, repaired).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
    }
}
