/// A place in a Dockerfile. Both numbers count from 1; columns count Unicode scalars.
public struct SourcePosition: Sendable, Hashable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int = 1) {
        self.line = line
        self.column = column
    }
}

/// The lines an instruction stands on, and the place in them that is meant: its first word, or where something is wrong.
public struct SourceSpan: Sendable, Hashable {
    public var lines: ClosedRange<Int>
    public var start: SourcePosition

    public init(lines: ClosedRange<Int>, start: SourcePosition) {
        self.lines = lines
        self.start = start
    }

    /// One line.
    public init(line: Int) { self.init(lines: line...line, start: SourcePosition(line: line)) }

    /// The same lines, with another place in them.
    func pointing(at position: SourcePosition) -> SourceSpan { SourceSpan(lines: lines, start: position) }
}
