import LinuxSystem
import Primitives
import Testing

@testable import Netlink

@Suite struct SetElementTests {
    private static let element = SetElement(
        set: "m", key: [.transport(.tcp), .port(8080)], value: [.address(.v4(IPv4Address(172, 17, 0, 2))), .port(80)])

    /// Laid out as `linux/netfilter/nf_tables.h` says.
    @Test func writesOneBatch() throws {
        let transcript = Transcript([RouteCodecTests.acknowledgement(2)])
        try SetElements(transcript, table: "t").add([Self.element])
        let expected = hex(
            """
            14000000 1000 0100 01000000 00000000 0000000a
            4c000000 0c0a 0504 02000000 00000000 01000000
            0600 0100 7400 0000  0600 0200 6d00 0000
            2800 0380  2400 0180
            1000 0180 0c00 0100 06000000 1f900000
            1000 0280 0c00 0100 ac110002 00500000
            14000000 1100 0100 03000000 00000000 0000000a
            """)
        #expect(transcript.sent == [expected])
    }

    @Test func failsWhenTheBatchFails() {
        // EPERM for the batch itself.
        let refusal = hex("24000000 0200 0001 01000000 00000000 ffffffff 14000000 1000 0100 01000000 00000000")
        let error = #expect(throws: NetlinkError.self) {
            try SetElements(Transcript([refusal]), table: "t").remove([Self.element])
        }
        #expect(error == NetlinkError(errno: 1, operation: "remove elements of table t"))
    }

    @Test(.enabled(if: isRoot)) func meansTheSameAsTheLanguageOfNft() async throws {
        try await onHostOfItsOwn {
            let nftables = try Nftables()
            try nftables.run(
                """
                add table inet mt
                add map inet mt any { type inet_proto . inet_service : ipv4_addr . inet_service; }
                add map inet mt one { type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service; }
                """)
            let elements = try SetElements(table: "mt")
            let target: [SetElement.Part] = [.address(.v4(IPv4Address(172, 17, 0, 2))), .port(80)]
            let one = SetElement(
                set: "one", key: [.transport(.udp), .address(.v4(.loopback)), .port(53)], value: target)
            let many = (1...2000).map { port in
                SetElement(set: "any", key: [.transport(.tcp), .port(UInt16(port))], value: target)
            }
            try elements.add(many + [one])
            try elements.add([one])
            #expect(try nftables.run("list map inet mt one").contains("udp . 127.0.0.1 . 53 : 172.17.0.2 . 80"))
            #expect(try nftables.run("list map inet mt any").contains("tcp . 2000 : 172.17.0.2 . 80"))
            // All or nothing.
            let stranger = SetElement(set: "any", key: [.transport(.tcp), .port(9999)], value: target)
            let missing = #expect(throws: NetlinkError.self) { try elements.remove([one, stranger]) }
            #expect(missing?.errno == 2)
            #expect(try nftables.run("list map inet mt one").contains("udp"))
            var other = one
            other.value = [.address(.v4(.loopback)), .port(80)]
            #expect(throws: NetlinkError.self) { try elements.add([other]) }
            try elements.remove(many + [one])
            #expect(try nftables.run("list map inet mt one").contains("udp") == false)
            #expect(try nftables.run("list map inet mt any").contains("tcp .") == false)
            #expect(throws: NetlinkError.self) { try SetElements(table: "nowhere").add([one]) }
        }
    }
}
