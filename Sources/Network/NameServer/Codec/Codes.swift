/// Types of records (RFC 1035 3.2.2, RFC 3596 2.1, RFC 6891 6.1.1); any number may come.
struct RecordType: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let a = RecordType(rawValue: 1)
    static let ptr = RecordType(rawValue: 12)
    static let mx = RecordType(rawValue: 15)
    static let aaaa = RecordType(rawValue: 28)
    static let opt = RecordType(rawValue: 41)
}

/// Classes of records (RFC 1035 3.2.4).
struct RecordClass: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let internet = RecordClass(rawValue: 1)
    static let any = RecordClass(rawValue: 255)
}

/// How a question was answered (RFC 1035 4.1.1, RFC 6891 6.1.3): 12 bits, of which the upper 8 are in the OPT record.
struct ResponseCode: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let noError = ResponseCode(rawValue: 0)
    static let formatError = ResponseCode(rawValue: 1)
    static let serverFailure = ResponseCode(rawValue: 2)
    static let notImplemented = ResponseCode(rawValue: 4)
    static let refused = ResponseCode(rawValue: 5)
    static let badVersion = ResponseCode(rawValue: 16)
}

/// Sizes in bytes.
enum MessageSize {
    /// What every client takes over UDP (RFC 1035 4.2.1).
    static let classic = 512
    /// The longest question that is read, and the longest own answer over UDP. Own answers cross a loopback device,
    /// which does not fragment at this size.
    static let datagram = 4096
    /// The longest message at all: a TCP message has 16 bits for its length.
    static let stream = 65_535
    /// What we say in our own OPT records that we take: what Ethernet carries in one piece (dnsflagday.net/2020).
    static let advertised: UInt16 = 1232
}
