internal import OrderedJSON
internal import Primitives

/// Collects lines for the client, those of one stream together in a frame.
struct LogOutput {
    /// A frame's text; what is longer goes on in the next.
    static let longestFrame = 32 << 10

    private let framing: LogFraming
    private(set) var bytes: [UInt8] = []
    /// Where the open frame's header is, and its stream.
    private var frame: (start: Int, stream: UInt8)?

    init(_ framing: LogFraming, capacity: Int) {
        self.framing = framing
        bytes.reserveCapacity(capacity + capacity / 8)
    }

    /// Makes sure that the open frame is one of `stream` and not near its end.
    @inline(__always)
    mutating func open(_ stream: UInt8) {
        guard framing == .multiplexed else { return }
        if let frame, frame.stream == stream, bytes.count - frame.start < Self.longestFrame * 3 / 4 { return }
        close()
        frame = (bytes.count, stream)
        bytes.append(contentsOf: [stream, 0, 0, 0, 0, 0, 0, 0])
    }

    /// Ends the open frame: writes its length, and splits it if a long line made it too long.
    mutating func close() {
        guard let frame else { return }
        self.frame = nil
        let count = bytes.count - frame.start - 8
        guard count > Self.longestFrame else { return setLength(count, at: frame.start) }
        let text = Array(bytes[(frame.start + 8)...])
        bytes.removeSubrange(frame.start...)
        for start in stride(from: 0, to: text.count, by: Self.longestFrame) {
            let piece = text[start..<min(start + Self.longestFrame, text.count)]
            bytes.append(contentsOf: [frame.stream, 0, 0, 0, 0, 0, 0, 0])
            setLength(piece.count, at: bytes.count - 8)
            bytes.append(contentsOf: piece)
        }
    }

    private mutating func setLength(_ count: Int, at start: Int) {
        for index in 0..<4 { bytes[start + 4 + index] = UInt8(truncatingIfNeeded: count >> (24 - 8 * index)) }
    }

    @inline(__always)
    mutating func append(_ source: UnsafeRawBufferPointer, _ range: Range<Int>) {
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[range]))
    }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    @inline(__always)
    mutating func append(_ byte: UInt8) { bytes.append(byte) }
}

extension LogOutput {
    /// Appends a JSON string's inside without its escapes. What is no escape of JSON stands for itself.
    @inline(__always)
    mutating func appendUnescaped(_ source: UnsafeRawBufferPointer, _ range: Range<Int>) {
        var start = range.lowerBound
        while start < range.upperBound {
            guard let slash = Self.nextEscape(source, start, range.upperBound) else { break }
            append(source, start..<slash)
            start = appendEscape(source, slash, range.upperBound)
        }
        if start < range.upperBound { append(source, start..<range.upperBound) }
    }

    @inline(__always)
    private static func nextEscape(_ source: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
        guard let base = source.baseAddress else { return nil }
        var place = start
        while place + 8 <= end {
            let word = base.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ 0x5C5C_5C5C_5C5C_5C5C
            let found = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if found != 0 { return place + found.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < end {
            if source[place] == 0x5C { return place }
            place += 1
        }
        return nil
    }

    /// The place behind the escape at `slash`.
    private mutating func appendEscape(_ source: UnsafeRawBufferPointer, _ slash: Int, _ end: Int) -> Int {
        guard slash + 1 < end else {
            append(source[slash])
            return end
        }
        switch source[slash + 1] {
        case UInt8(ascii: "n"): append(0x0A)
        case UInt8(ascii: "t"): append(0x09)
        case UInt8(ascii: "r"): append(0x0D)
        case UInt8(ascii: "b"): append(0x08)
        case UInt8(ascii: "f"): append(0x0C)
        case UInt8(ascii: "u"): return appendUnicode(source, slash, end)
        case let other: append(other)
        }
        return slash + 2
    }

    /// `\u2028`, or two of them for what is beyond 16 bits; halves alone become U+FFFD, as Go decodes them.
    private mutating func appendUnicode(_ source: UnsafeRawBufferPointer, _ slash: Int, _ end: Int) -> Int {
        guard let first = Self.unit(source, slash, end) else {
            append(source[slash])
            return slash + 1
        }
        var next = slash + 6
        var scalar = Unicode.Scalar(UInt32(first))
        if first & 0xFC00 == 0xD800, let second = Self.unit(source, next, end), second & 0xFC00 == 0xDC00 {
            scalar = Unicode.Scalar(0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF)
            next += 6
        }
        append(String(Character(scalar ?? "\u{FFFD}")).utf8)
        return next
    }

    private static func unit(_ source: UnsafeRawBufferPointer, _ slash: Int, _ end: Int) -> UInt16? {
        guard slash + 6 <= end, source[slash] == 0x5C, source[slash + 1] == UInt8(ascii: "u") else { return nil }
        return UInt16(String(decoding: source[slash + 2..<slash + 6], as: UTF8.self), radix: 16)
    }
}

extension LogOutput {
    /// Docker's column of times: always nine digits, in UTC.
    mutating func appendTimestamp(_ source: UnsafeRawBufferPointer, _ time: Range<Int>) {
        let isUTC = source[time.upperBound - 1] == UInt8(ascii: "Z")
        switch time.count {
        case 30 where isUTC: append(source, time)
        case 20..<30 where isUTC:
            append(source, time.lowerBound..<time.upperBound - 1)
            if time.count == 20 { append(UInt8(ascii: ".")) }
            append(repeatElement(UInt8(ascii: "0"), count: 30 - max(time.count, 21)))
            append(UInt8(ascii: "Z"))
        default:
            let text = String(decoding: source[time], as: UTF8.self)
            append(((try? Timestamp(parsing: text))?.fixedWidth ?? text).utf8)
        }
        append(UInt8(ascii: " "))
    }

    /// The attributes, and a blank also when there are none, as Docker does.
    mutating func appendDetails(_ source: UnsafeRawBufferPointer, _ attributes: Range<Int>) {
        if !attributes.isEmpty, let value = try? JSONValue(parsing: Array(source[attributes])) {
            append(ForeignLine.detail(ForeignLine.attributes(value)).utf8)
        }
        append(UInt8(ascii: " "))
    }
}
