/// One line of a `json-file` log, as places in the buffer it was found in.
///
/// Docker writes the fields in a fixed order:
/// `{"log":"text\n","stream":"stdout","attrs":{…},"time":"2015-05-28T17:39:01.123456789Z"}`, `attrs` being rare.
/// `scan` takes exactly that; what differs goes to `ForeignLine`.
struct LogLine {
    /// The text, still with JSON's escapes.
    var text: Range<Int>
    /// 1 is stdout, 2 stderr.
    var stream: UInt8
    var time: Range<Int>
    /// With its braces; empty for none.
    var attributes: Range<Int>
    /// After the newline.
    var next: Int

    enum Outcome {
        case line(LogLine)
        /// The bytes end before the line does.
        case incomplete
        /// Not in Docker's own order.
        case foreign
    }

    /// Looks at the line that starts at `start`.
    @inline(__always)
    static func scan(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Outcome {
        guard let base = bytes.baseAddress, bytes.count - start > 8 else { return .incomplete }
        guard base.loadUnaligned(fromByteOffset: start, as: UInt64.self) == Word.head else { return .foreign }
        guard let quote = endOfText(bytes, from: start + 8) else { return .incomplete }
        guard bytes[quote] == 0x22 else { return .foreign }
        // ","stream":"stdout" is 18 bytes, and at least ,"time":""}\n has to follow.
        guard bytes.count - quote > 18 + 12 else { return .incomplete }
        guard base.loadUnaligned(fromByteOffset: quote + 1, as: UInt64.self) == Word.comma,
            base.loadUnaligned(fromByteOffset: quote + 9, as: UInt64.self) & Word.stdMask == Word.std
        else { return .foreign }
        let stream: UInt8 = bytes[quote + 15] == 0x6F ? 1 : 2
        let name = base.loadUnaligned(fromByteOffset: quote + 15, as: UInt32.self)
        guard name == Word.out || name == Word.error else { return .foreign }
        return scanEnd(
            bytes, LogLine(text: start + 8..<quote, stream: stream, time: 0..<0, attributes: 0..<0, next: quote + 19))
    }

    /// From behind the stream's quote to the newline.
    @inline(__always)
    private static func scanEnd(_ bytes: UnsafeRawBufferPointer, _ begun: LogLine) -> Outcome {
        var line = begun
        var place = begun.next
        guard let base = bytes.baseAddress else { return .incomplete }
        if bytes.count - place > 10, base.loadUnaligned(fromByteOffset: place, as: UInt64.self) == Word.attributes {
            guard let end = endOfObject(bytes, from: place + 9) else { return .incomplete }
            guard end > 0 else { return .foreign }
            line.attributes = place + 9..<end
            place = end
        }
        guard bytes.count - place > 12 else { return .incomplete }
        guard base.loadUnaligned(fromByteOffset: place, as: UInt64.self) == Word.time, bytes[place + 8] == 0x22 else {
            return .foreign
        }
        // Times have 20 to 35 characters.
        let start = place + 9
        var end = start
        let limit = min(bytes.count, start + 40)
        while end < limit, bytes[end] != 0x22 { end += 1 }
        if end == limit { return limit == bytes.count ? .incomplete : .foreign }
        guard end + 2 < bytes.count else { return .incomplete }
        guard end - start >= 20, bytes[end + 1] == 0x7D, bytes[end + 2] == 0x0A else { return .foreign }
        line.time = start..<end
        line.next = end + 3
        return .line(line)
    }

    /// The quote that ends a JSON string, or the control character that has no business in it. Eight bytes a step.
    @inline(__always)
    static func endOfText(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var place = start
        while place < bytes.count {
            if place + 8 <= bytes.count {
                let word = base.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                let found = Word.specials(word)
                if found == 0 {
                    place += 8
                    continue
                }
                place += found.trailingZeroBitCount / 8
            }
            switch bytes[place] {
            case 0x5C: place += 2
            case 0x22, 0..<0x20: return place
            default: place += 1
            }
        }
        return nil
    }

    /// Behind the brace that closes an object of strings; nil when the bytes end before it, -1 when the line does.
    private static func endOfObject(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var place = start
        while place < bytes.count, bytes[place] != 0x7D {
            if bytes[place] < 0x20 { return -1 }
            if bytes[place] == 0x22 {
                guard let quote = endOfText(bytes, from: place + 1) else { return nil }
                guard bytes[quote] == 0x22 else { return -1 }
                place = quote
            }
            place += 1
        }
        return place < bytes.count ? place + 1 : nil
    }
}

/// Eight bytes at once.
enum Word {
    /// `{"log":"`, lowest byte first as x86-64 and arm64 load it.
    static let head: UInt64 = 0x223A_2267_6F6C_227B
    /// `,"stream`
    static let comma: UInt64 = 0x6D61_6572_7473_222C
    /// `":"std` and two bytes that are masked out.
    static let std: UInt64 = 0x0000_6474_7322_3A22
    static let stdMask: UInt64 = 0x0000_FFFF_FFFF_FFFF
    /// `out"` and `err"`
    static let out: UInt32 = 0x2274_756F
    static let error: UInt32 = 0x2272_7265
    /// `,"attrs"`
    static let attributes: UInt64 = 0x2273_7274_7461_222C
    /// `,"time":`
    static let time: UInt64 = 0x3A22_656D_6974_222C

    /// High bits set at quotes, backslashes and control characters; only the lowest set bit is to be trusted.
    @inline(__always)
    static func specials(_ word: UInt64) -> UInt64 {
        zeros(word ^ 0x2222_2222_2222_2222) | zeros(word ^ 0x5C5C_5C5C_5C5C_5C5C)
            | ((word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080)
    }

    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }
}
