/// The second word of a message's header (RFC 1035 4.1.1, RFC 4035 3.2).
struct HeaderFlags: OptionSet, Sendable, Hashable {
    let rawValue: UInt16
    init(rawValue: UInt16) { self.rawValue = rawValue }

    static let response = HeaderFlags(rawValue: 0x8000)
    static let truncated = HeaderFlags(rawValue: 0x0200)
    static let recursionDesired = HeaderFlags(rawValue: 0x0100)
    static let recursionAvailable = HeaderFlags(rawValue: 0x0080)
    static let checkingDisabled = HeaderFlags(rawValue: 0x0010)

    /// The kind of query; 0 is the usual one.
    var opcode: UInt16 { rawValue >> 11 & 0xf }
    /// The lower four bits of the code.
    var code: ResponseCode { ResponseCode(rawValue: rawValue & 0xf) }

    /// Those of our answer to a query with these, still without a code: like Docker's, without AA.
    var reply: HeaderFlags {
        let opcode = HeaderFlags(rawValue: rawValue & 0x7800)
        return intersection([.recursionDesired, .checkingDisabled]).union([.response, .recursionAvailable, opcode])
    }
}

/// The first 12 bytes of every message (RFC 1035 4.1.1).
struct MessageHeader: Sendable, Hashable {
    static let size = 12

    var id: UInt16
    var flags: HeaderFlags
    var questions: UInt16
    var answers: UInt16
    var authorities: UInt16
    var additionals: UInt16
}

extension MessageHeader {
    /// nil when there are fewer than 12 bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = MessageReader(bytes)
        guard let id = reader.word(), let flags = reader.word(), let questions = reader.word(),
            let answers = reader.word(), let authorities = reader.word(), let additionals = reader.word()
        else { return nil }
        self.init(
            id: id, flags: HeaderFlags(rawValue: flags), questions: questions, answers: answers,
            authorities: authorities, additionals: additionals)
    }
}
