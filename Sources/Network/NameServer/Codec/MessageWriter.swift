internal import Primitives

/// Writes an answer into a buffer, never beyond its limit: what does not fit leaves the message as it was.
struct MessageWriter {
    /// Seconds that an answer may be kept: Docker's.
    static let timeToLive: UInt32 = 600
    /// A pointer to the question's name (RFC 1035 4.1.4), which always stands at the same place.
    private static let questionPointer: UInt16 = 0xc000 | UInt16(MessageHeader.size)

    private let buffer: UnsafeMutableRawBufferPointer
    /// Bytes that may be written, at most as many as the buffer has.
    private let limit: Int
    private(set) var count = 0
    /// Bytes that records leave for an OPT record.
    private var reserved = 0

    init(_ buffer: UnsafeMutableRawBufferPointer, limit: Int) {
        self.buffer = buffer
        self.limit = min(buffer.count, limit)
    }

    private var room: Int { limit - reserved - count }

    mutating func reserveExtension() { reserved = Self.extensionSize }

    private mutating func byte(_ value: UInt8) {
        precondition(count < limit, "room was asked for before")
        buffer[count] = value
        count += 1
    }

    private mutating func word(_ value: UInt16) {
        byte(UInt8(truncatingIfNeeded: value >> 8))
        byte(UInt8(truncatingIfNeeded: value))
    }

    private mutating func long(_ value: UInt32) {
        word(UInt16(truncatingIfNeeded: value >> 16))
        word(UInt16(truncatingIfNeeded: value))
    }

    private mutating func bytes(_ source: UnsafeRawBufferPointer) {
        precondition(source.count <= room, "room was asked for before")
        UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(count + source.count)]).copyMemory(from: source)
        count += source.count
    }

    /// A header that says nothing of records yet; false when there is no room.
    mutating func header(of header: MessageHeader) -> Bool {
        guard room >= MessageHeader.size else { return false }
        word(header.id)
        word(header.flags.reply.rawValue)
        for _ in 0..<4 { word(0) }
        return true
    }

    /// The query's question as it was written, in its letters; false when there is no room.
    mutating func question(_ query: Query, in message: UnsafeRawBufferPointer) -> Bool {
        let question = UnsafeRawBufferPointer(rebasing: message[MessageHeader.size..<query.question.end])
        guard question.count <= room else { return false }
        bytes(question)
        increment(at: 4)
        return true
    }

    /// An A record at the question's name.
    mutating func address(_ address: IPv4Address) -> Bool {
        guard record(.a, dataCount: 4) else { return false }
        long(address.rawValue)
        return true
    }

    /// An AAAA record at the question's name.
    mutating func address(_ address: IPv6Address) -> Bool {
        guard record(.aaaa, dataCount: 16) else { return false }
        for half in [address.high, address.low] {
            long(UInt32(truncatingIfNeeded: half >> 32))
            long(UInt32(truncatingIfNeeded: half))
        }
        return true
    }

    /// A PTR record at the question's name.
    mutating func pointer(to name: WireName) -> Bool {
        guard record(.ptr, dataCount: name.bytes.count + 1) else { return false }
        name.bytes.withUnsafeBytes { bytes($0) }
        byte(0)
        return true
    }

    private mutating func record(_ type: RecordType, dataCount: Int) -> Bool {
        guard room >= 12 + dataCount else { return false }
        word(Self.questionPointer)
        word(type.rawValue)
        word(RecordClass.internet.rawValue)
        long(Self.timeToLive)
        word(UInt16(truncatingIfNeeded: dataCount))
        increment(at: 6)
        return true
    }

    /// Bytes of an OPT record without options.
    private static let extensionSize = 11

    /// An OPT record of version 0 (RFC 6891 6.1.3), with the upper bits of the code.
    ///
    /// DO comes back as it was (RFC 3225 3).
    mutating func extended(_ asked: Query.Extension, _ code: ResponseCode) -> Bool {
        reserved = 0
        guard room >= Self.extensionSize else { return false }
        byte(0)
        word(RecordType.opt.rawValue)
        word(MessageSize.advertised)
        long(UInt32(code.rawValue >> 4) << 24 | (asked.wantsSignatures ? 0x8000 : 0))
        word(0)
        increment(at: 10)
        return true
    }

    /// Sets TC: there was more than fits.
    mutating func markTruncated() {
        guard count > 2 else { return }
        buffer[2] |= UInt8(truncatingIfNeeded: HeaderFlags.truncated.rawValue >> 8)
    }

    /// The lower four bits of the code; the others go to the OPT record.
    mutating func setCode(_ code: ResponseCode) {
        guard count > 3 else { return }
        buffer[3] = buffer[3] & 0xf0 | UInt8(truncatingIfNeeded: code.rawValue & 0xf)
    }

    /// Counts one more in one of the header's four counts.
    private mutating func increment(at offset: Int) {
        let value = UInt16(buffer[offset]) << 8 | UInt16(buffer[offset + 1])
        buffer[offset] = UInt8(truncatingIfNeeded: (value &+ 1) >> 8)
        buffer[offset + 1] = UInt8(truncatingIfNeeded: value &+ 1)
    }
}
