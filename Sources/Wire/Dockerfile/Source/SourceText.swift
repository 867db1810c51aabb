/// A Dockerfile's bytes with the name it is shown by, to quote lines from.
public struct SourceText: Sendable {
    public let name: String
    public let bytes: [UInt8]
    /// Where each line starts; a line ends before the next one's line feed.
    private let starts: [Int]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == Ascii.lineFeed { starts.append(offset + 1) }
        self.starts = starts
    }

    public var lineCount: Int { starts.count }

    /// A line without its line feed; empty outside the text. Bytes that are not UTF-8 become U+FFFD.
    public func line(_ number: Int) -> String {
        guard (1...starts.count).contains(number) else { return "" }
        let end = number < starts.count ? starts[number] - 1 : bytes.count
        return String(decoding: bytes[starts[number - 1]..<end], as: UTF8.self)
    }

    /// The lines around some spans as BuildKit quotes them (solver/errdefs/source.go), those meant marked with `>>>`;
    /// empty when there are none. With `showsColumn` the first line names the column, as editors read it.
    public func excerpt(_ spans: [SourceSpan], showsColumn: Bool = false) -> String {
        guard let first = spans.map(\.lines.lowerBound).min(), let last = spans.map(\.lines.upperBound).max(),
            (1...lineCount).contains(first)
        else { return "" }
        let shown = padded(first...max(first, min(last, lineCount)))
        let meant = spans.reduce(into: Set<Int>()) { $0.formUnion($1.lines) }
        let place = showsColumn ? spans.last.map { "\($0.start.line):\($0.start.column)" } ?? "\(first)" : "\(first)"
        let rule = "--------------------\n"
        let quoted = shown.map { number in
            let digits = String(number)
            let padding = String(repeating: " ", count: max(0, 3 - digits.count))
            return " \(padding)\(digits) | \(meant.contains(number) ? ">>>" : "   ") \(line(number))\n"
        }
        return "\(name):\(place)\n" + rule + quoted.joined() + rule
    }

    /// Some lines more on both sides: one each, or two around a single line.
    private func padded(_ lines: ClosedRange<Int>) -> ClosedRange<Int> {
        var (start, end) = (lines.lowerBound, lines.upperBound)
        let wanted = start == end ? 4 : 2
        var added = 0
        while added < wanted {
            if start > 1 {
                start -= 1
                added += 1
            }
            if end < lineCount {
                end += 1
                added += 1
            }
            // A round counts once more, so that it ends at both ends of the text.
            added += 1
        }
        return start...end
    }
}
