/// Docker's json-file lines, written into a flat buffer: `{"log":"text\n","stream":"stdout","time":"…Z"}`.
///
/// Escaping is that of Docker's own writer, which is Go's with HTML: `<`, `>`, `&`, U+2028 and U+2029 as `\u…`, control
/// characters as `\u00XX` but for `\n` and `\r`, bytes that are not UTF-8 as `\ufffd`. Sixteen bytes at a time where
/// there is nothing to escape; this is the path all output of all containers takes.
struct JSONLineWriter: ~Copyable {
    /// A byte becomes at most six.
    static let worstExpansion = 6

    let base: UnsafeMutablePointer<UInt8>
    let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        // 16 more: sixteen bytes are stored at a time, also for the last bytes.
        base = .allocate(capacity: capacity + 16)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
    mutating func removeAll() { count = 0 }
    mutating func truncate(to mark: Int) { count = min(count, mark) }

    /// Whether `source` bytes of text and `fixed` of frame fit, however badly they expand.
    func hasRoom(source: Int, fixed: Int) -> Bool { capacity - count >= source * Self.worstExpansion + fixed }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= capacity - count, "room is checked by the caller")
        guard let source = bytes.baseAddress else { return }
        UnsafeMutableRawPointer(base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        base[count] = byte
        count += 1
    }

    /// Copies from `source` up to the first newline, escaping; the answer is the newline's index, or `source.count`.
    /// There must be room for `worstExpansion` times as much.
    @inline(__always)
    mutating func appendLine(_ source: UnsafeRawBufferPointer) -> Int {
        precondition(hasRoom(source: source.count, fixed: 0), "room is checked by the caller")
        guard let start = source.baseAddress else { return 0 }
        let end = source.count
        var index = 0
        while index < end {
            if index + 16 <= end {
                let words = (start + index).loadUnaligned(as: (UInt64, UInt64).self)
                UnsafeMutableRawPointer(base + count).storeBytes(of: words, as: (UInt64, UInt64).self)
                let plain = Self.plainPrefix(words.0, words.1)
                index += plain
                count += plain
                if plain == 16 { continue }
            }
            let byte = start.load(fromByteOffset: index, as: UInt8.self)
            if byte == 0x0A { return index }
            if Self.isPlain(byte) {
                put(byte)
                index += 1
            } else {
                index += escape(start + index, end - index)
            }
        }
        return end
    }

    /// How many bytes at the front need no escape: 0 … 16.
    @inline(__always)
    private static func plainPrefix(_ first: UInt64, _ second: UInt64) -> Int {
        let marks = special(first)
        if marks != 0 { return marks.trailingZeroBitCount >> 3 }
        let more = special(second)
        return more != 0 ? 8 + more.trailingZeroBitCount >> 3 : 16
    }

    /// The top bit of each byte that needs a look, eight bytes at a time. A borrow may set bits above the lowest one
    /// too, so only that one counts. (The standard library's SIMD comparisons are loops; this is ten times as fast.)
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        @inline(__always) func zeroBytes(_ value: UInt64) -> UInt64 { (value &- ones) & ~value }
        // Below 0x20 or from 0x80 on; then one of " \ & and, with bit 1 left out, < and >.
        let outside = ((word &- ones &* 0x20) & ~word) | word
        let quotes = zeroBytes(word ^ ones &* 0x22) | zeroBytes(word ^ ones &* 0x5C)
        let html = zeroBytes(word ^ ones &* 0x26) | zeroBytes((word & (ones &* 0xFD)) ^ ones &* 0x3C)
        return (outside | quotes | html) & (ones &* 0x80)
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C && byte != 0x26 && byte & 0xFD != 0x3C
    }

    /// Writes one escape or one UTF-8 sequence; the answer is how many bytes of the source that took.
    @inline(never)
    private mutating func escape(_ source: UnsafeRawPointer, _ available: Int) -> Int {
        let byte = source.load(as: UInt8.self)
        guard byte < 0x80 else { return escapeSequence(source, available) }
        put(0x5C)
        switch byte {
        case 0x22, 0x5C: put(byte)
        case 0x0D: put(UInt8(ascii: "r"))
        default:
            put(UInt8(ascii: "u"))
            put(UInt8(ascii: "0"))
            put(UInt8(ascii: "0"))
            put(Self.hexadecimal(byte >> 4))
            put(Self.hexadecimal(byte & 15))
        }
        return 1
    }

    private mutating func escapeSequence(_ source: UnsafeRawPointer, _ available: Int) -> Int {
        let bytes = UnsafeRawBufferPointer(start: source, count: available)
        let length = Self.sequenceLength(bytes)
        if length == 0 {
            for byte in "\\ufffd".utf8 { put(byte) }
            return 1
        }
        if length == 3, bytes[0] == 0xE2, bytes[1] == 0x80, bytes[2] & 0xFE == 0xA8 {
            for byte in "\\u202".utf8 { put(byte) }
            put(bytes[2] == 0xA8 ? UInt8(ascii: "8") : UInt8(ascii: "9"))
        } else {
            for index in 0..<length { put(bytes[index]) }
        }
        return length
    }

    /// The length of the UTF-8 sequence at the front, 0 if it is none (RFC 3629 table 3-7, as Go's `utf8.DecodeRune`).
    static func sequenceLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        let lead = bytes[0]
        let length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0
        guard length > 0, bytes.count >= length else { return 0 }
        let low: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
        let high: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
        guard bytes[1] >= low, bytes[1] <= high else { return 0 }
        for index in 2..<max(length, 2) where bytes[index] & 0xC0 != 0x80 { return 0 }
        return length
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit + (digit < 10 ? 0x30 : 0x57) }
}
