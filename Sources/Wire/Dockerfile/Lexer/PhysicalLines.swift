/// The lines of a file, one after the other, in place.
struct PhysicalLines {
    let bytes: [UInt8]
    private var offset: Int
    /// Of the line that was read last, from 1; 0 before the first.
    private(set) var number = 0

    /// What fits into BuildKit's line scanner.
    static let longest = 65535
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
    }

    /// The next line with its line feed. Errors: a line that is too long.
    mutating func next() throws(DockerfileError) -> Range<Int>? {
        guard offset < bytes.count else { return nil }
        let start = offset
        let end = bytes[start...].firstIndex(of: Ascii.lineFeed).map { $0 + 1 } ?? bytes.count
        number += 1
        offset = end
        guard end - start <= Self.longest + (bytes[end - 1] == Ascii.lineFeed ? 1 : 0) else {
            throw DockerfileError(
                "dockerfile line greater than max allowed size of \(Self.longest)", at: SourceSpan(line: number))
        }
        return start..<end
    }

    /// A line without what ends it.
    func content(_ line: Range<Int>) -> Range<Int> {
        var end = line.upperBound
        while end > line.lowerBound, bytes[end - 1] == Ascii.lineFeed || bytes[end - 1] == Ascii.carriageReturn {
            end -= 1
        }
        return line.lowerBound..<end
    }
}
