/// Bytes from hexadecimal digits, as dumps show them; everything else is layout.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Real messages.
enum Captured {
    /// `TXT google.com`, the first packet of Wireshark's sample `dns.cap`.
    static let wiresharkQuery = hex("1032 0100 0001 0000 0000 0000 06676f6f676c6503636f6d00 0010 0001")
    /// Its answer, the second packet: `v=spf1 ptr ?all` for 270 seconds.
    static let wiresharkAnswer = hex(
        """
        1032 8180 0001 0001 0000 0000 06676f6f676c6503636f6d00 0010 0001
        c00c 0010 0001 0000010e 0010 0f 763d73706631 20707472 203f616c6c
        """)
    /// `A web`, as BIND's dig 9.18 asks: RD, AD, a size of 1232 and a cookie of eight bytes.
    static let digQuery = hex(
        "6dd1 0120 0001 0000 0000 0001 0377656200 0001 0001 00 0029 04d0 00000000 000c 000a 0008 a1b2c3d4e5f60718")
    /// `A web`, as glibc's stub asks.
    static let stubQuery = hex("3c2f 0100 0001 0000 0000 0000 0377656200 0001 0001")
}

/// A plain question: RD, class IN, one name with dots.
func question(_ name: String, type: UInt16, id: UInt16 = 0x4d2, size: UInt16? = nil) -> [UInt8] {
    var bytes = hex("0000 0100 0001 0000 0000 0000")
    (bytes[0], bytes[1]) = (UInt8(id >> 8), UInt8(id & 0xff))
    for label in name.split(separator: ".") { bytes += [UInt8(label.utf8.count)] + Array(label.utf8) }
    bytes += [0, UInt8(type >> 8), UInt8(type & 0xff), 0, 1]
    guard let size else { return bytes }
    bytes[11] = 1
    return bytes + [0, 0, 41, UInt8(size >> 8), UInt8(size & 0xff), 0, 0, 0, 0, 0, 0]
}

/// A message taken apart by a second, slow and strict decoder (RFC 1035 4.1): pointers are followed backwards only, and
/// nothing may be left at the end.
struct DecodedMessage: Equatable {
    struct Record: Equatable {
        var name: String
        var type: Int
        var recordClass: Int
        var timeToLive: Int
        var data: [UInt8]
    }

    var id = 0
    var flags = 0
    var questions: [String] = []
    var records: [Record] = []
    /// Records of the answer section come first.
    var answerCount = 0
    var code: Int { flags & 0xf }
    var isTruncated: Bool { flags & 0x200 != 0 }
    var answers: ArraySlice<Record> { records[..<answerCount] }
    var data: [[UInt8]] { answers.map(\.data) }
    var extended: Record? { records.first { $0.type == 41 } }

    init?(_ bytes: [UInt8]) {
        var at = 0
        func take(_ count: Int) -> Int? {
            guard at + count <= bytes.count else { return nil }
            defer { at += count }
            return bytes[at..<(at + count)].reduce(0) { $0 << 8 | Int($1) }
        }
        func name() -> String? {
            var labels: [String] = []
            var end: Int?
            var floor = bytes.count
            while let length = take(1) {
                if length == 0 {
                    at = end ?? at
                    return labels.joined(separator: ".")
                }
                if length >= 0xc0 {
                    guard let low = take(1) else { return nil }
                    end = end ?? at
                    let target = (length & 0x3f) << 8 | low
                    guard target < min(floor, at - 2) else { return nil }
                    (floor, at) = (target, target)
                    continue
                }
                guard length <= 63, at + length <= bytes.count else { return nil }
                labels.append(String(decoding: bytes[at..<(at + length)], as: UTF8.self))
                at += length
            }
            return nil
        }
        guard let id = take(2), let flags = take(2), let count = take(2), let answerCount = take(2),
            let authorities = take(2), let additionals = take(2)
        else { return nil }
        (self.id, self.flags, self.answerCount) = (id, flags, answerCount)
        for _ in 0..<count {
            guard let asked = name(), let type = take(2), let recordClass = take(2) else { return nil }
            questions.append("\(asked) \(type) \(recordClass)")
        }
        for _ in 0..<(answerCount + authorities + additionals) {
            guard let name = name(), let type = take(2), let recordClass = take(2), let timeToLive = take(4),
                let length = take(2), at + length <= bytes.count
            else { return nil }
            records.append(
                Record(
                    name: name, type: type, recordClass: recordClass, timeToLive: timeToLive,
                    data: Array(bytes[at..<(at + length)])))
            at += length
        }
        if at != bytes.count { return nil }
    }
}
