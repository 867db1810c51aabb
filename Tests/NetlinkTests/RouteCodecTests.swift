import LinuxSystem
import Primitives
import Testing

@testable import Netlink

/// Bytes as `man 7 netlink` and `man 7 rtnetlink` lay them out, little endian.
@Suite struct RouteCodecTests {
    /// NLMSG_ERROR 0 for the request `sequence`, capped.
    static func acknowledgement(_ sequence: UInt8) -> [UInt8] {
        hex("24000000 0200 0001") + [sequence, 0, 0, 0] + hex("00000000 00000000 10000000 1000 0500")
            + [sequence, 0, 0, 0] + hex("00000000")
    }

    @Test func writesABridge() throws {
        let transcript = Transcript([Self.acknowledgement(1)])
        try RouteConnection(transcript).perform(.addBridge("br0"))
        let expected = hex(
            """
            38000000 1000 0506 01000000 00000000
            00 00 0000 00000000 00000000 00000000
            0800 0300 62723000
            1000 1280 0b00 0100 62726964676500 00
            """)
        #expect(transcript.sent == [expected])
    }

    @Test func putsSeveralRequestsInOneDatagramAndAsksForOneAnswer() throws {
        let transcript = Transcript([Self.acknowledgement(2)])
        try RouteConnection(transcript).perform([
            .addAddress(.v4(IPv4Address(172, 17, 0, 2)), prefixLength: 16, to: 2),
            .addDefaultRoute(gateway: .v4(IPv4Address(172, 17, 0, 1)), link: 2),
        ])
        let expected = hex(
            """
            30000000 1400 0106 01000000 00000000
            02 10 00 00 02000000
            0800 0200 ac110002  0800 0100 ac110002  0800 0400 ac11ffff
            2c000000 1800 0506 02000000 00000000
            02 00 00 00 fe 03 00 01 00000000
            0800 0500 ac110001  0800 0400 02000000
            """)
        #expect(transcript.sent == [expected])
    }

    @Test func saysWhichRequestTheKernelRefusedAndWhy() throws {
        // EINVAL for sequence 1 with NLMSGERR_ATTR_MSG, then the answer to sequence 2.
        let text = Array("Device is up".utf8) + [0]
        let refusal =
            hex("38000000 0200 0003 01000000 00000000 eaffffff 10000000 1000 0500 01000000 00000000")
            + hex("1100 0100") + text + [0, 0, 0]
        let transcript = Transcript([refusal, Self.acknowledgement(2)])
        let error = #expect(throws: NetlinkError.self) {
            try RouteConnection(transcript).perform([.setUp(.name("a0")), .setUp(.name("b0"))])
        }
        #expect(error == NetlinkError(errno: 22, operation: "set link a0 up", kernelText: "Device is up"))
        #expect(error?.description == "set link a0 up: invalid argument (Device is up)")
    }

    @Test func ignoresLateAnswersToOtherRequests() throws {
        let transcript = Transcript([Self.acknowledgement(9), Self.acknowledgement(1)])
        try RouteConnection(transcript).perform(.setUp(.index(1)))
    }

    @Test func readsALink() throws {
        let link = hex(
            """
            74000000 1000 0200 01000000 00000000
            00 00 0100 07000000 43100000 00000000
            0c00 0300 646f636b65723000 
            0800 0400 dc050000
            0a00 0100 0242ac110001 0000
            0800 0a00 03000000
            1000 1280 0b00 0100 62726964676500 00
            0900 1400 6d61726b00 000000
            """)
        var answer = link
        answer[0] = UInt8(link.count)
        let done = hex("14000000 0300 0200 01000000 00000000 00000000")
        let links = try RouteConnection(Transcript([answer + done])).links()
        let found = try #require(links.first)
        #expect(links.count == 1)
        #expect((found.index, found.name, found.isUp, found.mtu) == (7, "docker0", true, 1500))
        #expect(
            (found.mac?.description, found.master, found.kind, found.alias) == (
                "02:42:ac:11:00:01", 3, "bridge", "mark"
            ))
    }

    @Test func takesAnInterruptedDumpAgain() throws {
        let interrupted = hex("14000000 0300 1200 01000000 00000000 00000000")
        let done = hex("14000000 0300 0200 02000000 00000000 00000000")
        let transcript = Transcript([interrupted, done])
        #expect(try RouteConnection(transcript).links().isEmpty)
        #expect(transcript.sent.count == 2)
    }

    @Test(arguments: [
        "ff000000 0200 0000 01000000 00000000 00000000", "0f000000 0200 0000 01000000 00000000 00000000", "1400",
        "10000000 0200 0000 01000000 00000000", "14000000 0200 0000 01000000 00000000 05000000",
        "14000000 0200 0000 01000000 00000000 00000080",
    ])
    func refusesMalformedAnswers(bytes: String) {
        let error = #expect(throws: NetlinkError.self) {
            try RouteConnection(Transcript([hex(bytes)])).perform(.setUp(.index(1)))
        }
        #expect(error?.errno == 74)
    }

    @Test func neverReadsPastAnAttribute() {
        #expect(NetlinkAttribute.list([0x05, 0, 1, 0, 9][...])?.first?.payload.count == 1)
        #expect(NetlinkAttribute.list([0x09, 0, 1, 0, 9][...]) == nil)
        #expect(NetlinkAttribute.list([0x03, 0, 1, 0][...]) == nil)
        #expect(NetlinkAttribute.list([1, 2, 3][...], from: 4) == nil)
    }

    @Test func survivesRandomBytes() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<200)).map { _ in generator.next() as UInt8 }
            for message in NetlinkMessage.split(bytes) ?? [] { _ = Link(message) }
            let message = NetlinkMessage(
                type: [16, 20, 24].randomElement() ?? 16, flags: 0, sequence: 0, payload: bytes[...])
            _ = (Link(message), LinkAddress(message), Route(message))
        }
    }

    @Test func saysThatNoAnswerCame() {
        let error = #expect(throws: NetlinkError.self) {
            try RouteConnection(Transcript([])).perform(.setUp(.index(1)))
        }
        #expect(error?.errno == 11)
    }
}
