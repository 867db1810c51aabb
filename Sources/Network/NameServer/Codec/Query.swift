/// A message's one question (RFC 1035 4.1.2), as offsets into its bytes.
struct Question: Sendable, Hashable {
    /// The labels of the name, without the root's zero.
    var name: Range<Int>
    var type: RecordType
    var recordClass: RecordClass
    /// Where the question ends.
    var end: Int

    /// nil when it cannot be read, or there is another number of them.
    init?(_ header: MessageHeader, _ bytes: UnsafeRawBufferPointer) {
        var reader = MessageReader(bytes, offset: MessageHeader.size)
        guard header.questions == 1, let name = reader.questionName(), let type = reader.word(),
            let recordClass = reader.word()
        else { return nil }
        self.name = name
        self.type = RecordType(rawValue: type)
        self.recordClass = RecordClass(rawValue: recordClass)
        end = reader.offset
    }

    /// Whether another message asks the same: names are compared without case, since some servers do not give the
    /// letters back as they were (RFC 1035 2.3.3).
    func isSame(as other: Question, _ own: UnsafeRawBufferPointer, _ others: UnsafeRawBufferPointer) -> Bool {
        type == other.type && recordClass == other.recordClass
            && WireName.areEqual(
                UnsafeRawBufferPointer(rebasing: own[name]), UnsafeRawBufferPointer(rebasing: others[other.name]))
    }
}

/// A well-formed query: what is to be known of it to answer.
struct Query: Sendable, Hashable {
    /// What an OPT record says (RFC 6891 6.1.2, 6.1.3).
    struct Extension: Sendable, Hashable {
        /// Bytes that the asking side takes over UDP, at least 512.
        var payloadSize: Int
        var version: UInt8
        /// DO (RFC 3225).
        var wantsSignatures: Bool
    }

    var header: MessageHeader
    var question: Question
    /// nil when the query has no OPT record.
    var extended: Extension?

    /// Bytes that an answer over UDP may have.
    var datagramLimit: Int { extended?.payloadSize ?? MessageSize.classic }
}

/// Why a message is no query that we look at.
enum QueryRejection: Error, Sendable, Hashable {
    /// No header, or itself an answer: no reply, so that two servers never keep each other busy.
    case silence
    case refuse(MessageHeader, ResponseCode)
}

extension Query {
    /// Any bytes may come. What stands behind the last record is left alone.
    init(_ bytes: UnsafeRawBufferPointer) throws(QueryRejection) {
        guard let header = MessageHeader(bytes), !header.flags.contains(.response) else { throw .silence }
        guard header.flags.opcode == 0 else { throw .refuse(header, .notImplemented) }
        guard let question = Question(header, bytes) else { throw .refuse(header, .formatError) }
        var reader = MessageReader(bytes, offset: question.end)
        self.init(header: header, question: question, extended: try Self.findExtension(header, &reader))
    }

    /// The records behind the question are only passed, but for OPT, of which there must not be two (RFC 6891 6.1.1).
    private static func findExtension(
        _ header: MessageHeader, _ reader: inout MessageReader
    ) throws(QueryRejection) -> Extension? {
        var found: Extension?
        let others = Int(header.answers) + Int(header.authorities)
        for index in 0..<(others + Int(header.additionals)) {
            guard let record = reader.record() else { throw .refuse(header, .formatError) }
            guard record.type == .opt else { continue }
            guard found == nil, record.isRoot, index >= others else { throw .refuse(header, .formatError) }
            found = Extension(
                payloadSize: max(MessageSize.classic, Int(record.recordClass)),
                version: UInt8(truncatingIfNeeded: record.timeToLive >> 16),
                wantsSignatures: record.timeToLive & 0x8000 != 0)
        }
        return found
    }
}
