/// An instruction's text with its continuations joined, and where each part of it stood.
struct LogicalLine {
    var bytes: [UInt8] = []
    /// The comments above it, without their `#`.
    var comments: [String] = []
    var firstLine: Int
    var lastLine: Int
    private var pieces: [Piece] = []

    /// What one physical line gave.
    private struct Piece {
        var offset: Int
        var start: SourcePosition
    }

    init(line: Int) { (firstLine, lastLine) = (line, line) }

    /// Adds what stands on a line from a column on.
    mutating func append(_ part: ArraySlice<UInt8>, line: Int, column: Int) {
        pieces.append(Piece(offset: bytes.count, start: SourcePosition(line: line, column: column)))
        bytes += part
        lastLine = line
    }

    /// Where an offset of `bytes` stands in the file.
    func position(of offset: Int) -> SourcePosition {
        var (low, high) = (0, pieces.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if pieces[middle].offset <= offset { low = middle } else { high = middle }
        }
        guard pieces.indices.contains(low) else { return SourcePosition(line: firstLine) }
        let piece = pieces[low]
        let before = bytes[piece.offset..<min(max(offset, piece.offset), bytes.count)]
        return SourcePosition(line: piece.start.line, column: piece.start.column + before.scalarCount)
    }

    /// The instruction, meant at an offset.
    func span(at offset: Int = 0) -> SourceSpan {
        SourceSpan(lines: firstLine...max(firstLine, lastLine), start: position(of: offset))
    }
}

extension Sequence<UInt8> {
    /// How many scalars begin in these bytes of UTF-8.
    var scalarCount: Int { reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } }
}
