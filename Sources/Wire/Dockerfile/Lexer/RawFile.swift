/// All instructions of a file, split by their grammar.
struct RawFile {
    private(set) var instructions: [RawInstruction] = []
    private(set) var directives = ParserDirectives()
    private(set) var emptyContinuations: [Int] = []
    private(set) var lineCount = 0

    /// Errors: what no reader of Dockerfiles understands, wherever it stands in the file.
    init(_ bytes: [UInt8]) throws(DockerfileError) {
        var reader = LogicalLineReader(bytes)
        while let line = try reader.next() {
            var raw = try ArgumentGrammar(line: line, escape: reader.directives.escape).instruction()
            if ArgumentGrammar.mayHaveHereDocuments(raw) { try Self.readHereDocuments(of: &raw, &reader) }
            instructions.append(raw)
        }
        directives = reader.directives
        emptyContinuations = reader.emptyContinuations
        lineCount = reader.lines.number
    }

    private static func readHereDocuments(
        of raw: inout RawInstruction, _ reader: inout LogicalLineReader
    ) throws(DockerfileError) {
        let marks: [HereDocumentMark]
        do { marks = try HereDocumentMark.all(in: raw.text) } catch { throw error.located(at: raw.span) }
        for mark in marks {
            let content = try reader.hereDocument(
                endingWith: mark.name, ignoringTabs: mark.ignoresTabs, of: &raw.line)
            raw.hereDocuments.append(
                HereDocument(
                    name: mark.name, content: content, isExpanded: mark.isExpanded, ignoresTabs: mark.ignoresTabs))
        }
    }
}
