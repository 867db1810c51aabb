import Primitives
import Testing

@testable import NameServer

@Suite struct QueryTests {
    private func query(_ bytes: [UInt8]) throws -> Query { try bytes.withUnsafeBytes { try Query($0) } }

    private func rejection(_ bytes: [UInt8]) -> QueryRejection? {
        #expect(throws: QueryRejection.self) { try query(bytes) }
    }

    @Test func readsWiresharksSample() throws {
        let query = try query(Captured.wiresharkQuery)
        #expect(query.header.id == 0x1032)
        #expect(query.question.name == 12..<23)
        #expect(query.question.type.rawValue == 16)
        #expect(query.question.recordClass == .internet)
        #expect(query.question.end == 28)
        #expect(query.extended == nil)
        #expect(query.datagramLimit == 512)
    }

    @Test func readsWhatDigSays() throws {
        let query = try query(Captured.digQuery)
        #expect(query.extended == .init(payloadSize: 1232, version: 0, wantsSignatures: false))
        #expect(query.datagramLimit == 1232)
    }

    @Test func takesSizesBelow512As512() throws {
        #expect(try query(question("web", type: 1, size: 100)).datagramLimit == 512)
    }

    /// Two names of RFC 1035 4.1.4: F.ISI.ARPA, and FOO before a pointer to it.
    @Test func passesPointersWithoutFollowingThem() throws {
        let bytes = hex("0001 0100 0001 0000 0000 0001 0146 03495349 0441525041 00 0001 0001 03464f4f c00c 0001 0001")
        #expect(try query(bytes + hex("00000e10 0004 0a000034")).question.name == 12..<23)
        guard case .refuse(_, .formatError) = rejection(bytes) else {
            Issue.record("half a record was read")
            return
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        /// nil: no reply at all.
        var code: UInt16?

        init(_ description: String, _ bytes: String, _ code: UInt16?) {
            testDescription = description
            self.bytes = hex(bytes)
            self.code = code
        }
    }

    @Test(arguments: [
        Bad("nothing", "", nil),
        Bad("eleven bytes", "1032 0100 0001 0000 0000 00", nil),
        Bad("an answer", "1032 8180 0001 0000 0000 0000 00 0001 0001", nil),
        Bad("a header alone", "1032 0100 0001 0000 0000 0000", 1),
        Bad("no question", "1032 0100 0000 0000 0000 0000", 1),
        Bad("two questions", "1032 0100 0002 0000 0000 0000 00 0001 0001 00 0001 0001", 1),
        Bad("65535 questions", "1032 0100 ffff 0000 0000 0000 00 0001 0001", 1),
        Bad("records that are not there", "1032 0100 0001 0000 0000 ffff 00 0001 0001", 1),
        Bad("a name that points to itself", "1032 0100 0001 0000 0000 0000 c00c 0001 0001", 1),
        Bad("a name that points ahead", "1032 0100 0001 0000 0000 0000 c0ff 0001 0001", 1),
        Bad("a label of 64", "1032 0100 0001 0000 0000 0000 40", 1),
        Bad("a label beyond the end", "1032 0100 0001 0000 0000 0000 3f 6161", 1),
        Bad("half a type", "1032 0100 0001 0000 0000 0000 00 00", 1),
        Bad(
            "two OPT records",
            "1032 0100 0001 0000 0000 0002 00 0001 0001" + String(repeating: optRecord, count: 2), 1),
        Bad("an OPT record with a name", "1032 0100 0001 0000 0000 0001 00 0001 0001 0161" + optRecord, 1),
        Bad("an OPT record among the answers", "1032 0100 0001 0001 0000 0000 00 0001 0001" + optRecord, 1),
        Bad("a status request", "1032 1000 0001 0000 0000 0000 00 0001 0001", 4),
        Bad("an update", "1032 2800 0001 0000 0000 0000 00 0001 0001", 4),
    ])
    func rejects(_ bad: Bad) {
        switch rejection(bad.bytes) {
        case .silence: #expect(bad.code == nil)
        case .refuse(let header, let code):
            #expect(code.rawValue == bad.code)
            #expect(header.id == 0x1032)
        case nil: break
        }
    }

    private static let optRecord = "00 0029 1000 00000000 0000"

    @Test(arguments: [(250, true), (255, true), (256, false), (300, false)])
    func takesNamesOfUpTo255Bytes(size: Int, isRead: Bool) {
        // Labels of one byte take two; the root takes one.
        var name = Array(repeating: [1, 97] as [UInt8], count: (size - 1) / 2).flatMap(\.self)
        if size % 2 == 0 { name = [2, 97, 97] + name.dropFirst(2) }
        #expect(name.count + 1 == size)
        let bytes = hex("1032 0100 0001 0000 0000 0000") + name + hex("00 0001 0001")
        #expect(((try? query(bytes)) != nil) == isRead)
    }
}

@Suite struct NameTests {
    @Test(arguments: [
        ("web", "03776562"), ("web.", "03776562"), ("a.Bc", "0161024263"), ("my_db-1", "076d795f64622d31"),
    ])
    func writesLabels(text: String, bytes: String) { #expect(WireName(text)?.bytes == hex(bytes)) }

    @Test(arguments: ["", ".", "a..b", ".a", "a..", String(repeating: "x", count: 64)])
    func refusesWhatNoMessageCarries(text: String) { #expect(WireName(text) == nil) }

    @Test func refusesNamesOver255() {
        let label = String(repeating: "x", count: 63)
        #expect(WireName([label, label, label, String(repeating: "x", count: 61)].joined(separator: ".")) != nil)
        #expect(WireName([label, label, label, String(repeating: "x", count: 62)].joined(separator: ".")) == nil)
    }

    @Test(arguments: [
        ("4.3.2.1.in-addr.arpa", "1.2.3.4"), ("0.0.18.172.IN-ADDR.ARPA", "172.18.0.0"),
        (
            "1.2.3.4.5.6.7.8.9.a.B.c.d.e.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa",
            "fd00::fed:cba9:8765:4321"
        ),
    ])
    func readsReverseNames(name: String, address: String) throws {
        let name = try #require(WireName(name))
        #expect(name.bytes.withUnsafeBytes { ReverseName.address($0) }?.description == address)
    }

    @Test(arguments: [
        "in-addr.arpa", "3.2.1.in-addr.arpa", "5.4.3.2.1.in-addr.arpa", "256.3.2.1.in-addr.arpa",
        "04.3.2.1.in-addr.arpa", "1234.3.2.1.in-addr.arpa", "x.3.2.1.in-addr.arpa", "4.3.2.1.in-addr.arpa.com",
        "1.2.ip6.arpa", "4.3.2.1.xin-addr.arpa", "web",
    ])
    func knowsNoAddressOfOthers(name: String) throws {
        let name = try #require(WireName(name))
        #expect(name.bytes.withUnsafeBytes { ReverseName.address($0) } == nil)
    }
}
