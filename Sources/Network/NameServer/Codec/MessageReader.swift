/// Walks over a message's bytes. Whatever they are, nothing is read outside of them: each step answers nil instead.
///
/// Release builds do not check the bounds of an unsafe buffer, so every access goes through these few functions,
/// which do.
struct MessageReader {
    private let bytes: UnsafeRawBufferPointer
    /// Of the next byte; never more than the count of bytes.
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer, offset: Int = 0) {
        self.bytes = bytes
        self.offset = min(max(0, offset), bytes.count)
    }

    mutating func byte() -> UInt8? {
        guard offset < bytes.count else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// 16 bits in network order.
    mutating func word() -> UInt16? {
        guard bytes.count - offset >= 2 else { return nil }
        defer { offset += 2 }
        return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }

    mutating func skip(_ count: Int) -> Bool {
        guard bytes.count - offset >= count else { return false }
        offset += count
        return true
    }

    /// A question's name, which has nothing before it that it could point to: where its labels are, without the root's
    /// zero. nil for pointers, labels over 63 bytes and names over 255 (RFC 1035 2.3.4, 4.1.4).
    mutating func questionName() -> Range<Int>? {
        let start = offset
        while let length = byte() {
            if length == 0 { return start..<(offset - 1) }
            guard length <= 63, skip(Int(length)), offset - start < 255 else { return nil }
        }
        return nil
    }

    /// Passes a record's name; it may end in a pointer, which is not followed, so there are no loops.
    mutating func skipName() -> Bool {
        let start = offset
        while let length = byte() {
            if length == 0 { return true }
            if length >= 0xc0 { return skip(1) }
            guard length <= 63, skip(Int(length)), offset - start < 255 else { return false }
        }
        return false
    }

    /// A record's fields before its data (RFC 1035 3.2.1); for OPT the class and the time to live have other meanings.
    struct RecordHead {
        /// Whether the name was a single zero byte.
        var isRoot: Bool
        var type: RecordType
        var recordClass: UInt16
        var timeToLive: UInt32
    }

    /// Passes a whole record.
    mutating func record() -> RecordHead? {
        let start = offset
        guard skipName() else { return nil }
        let isRoot = offset == start + 1
        guard let type = word(), let recordClass = word(), let high = word(), let low = word(), let length = word(),
            skip(Int(length))
        else { return nil }
        return RecordHead(
            isRoot: isRoot, type: RecordType(rawValue: type), recordClass: recordClass,
            timeToLive: UInt32(high) << 16 | UInt32(low))
    }
}
