import Primitives
import Testing

@testable import Netlink

/// Tunnels and what they know, as `linux/if_link.h` and `linux/neighbour.h` lay them out.
@Suite struct OverlayCodecTests {
    private let mac = MACAddress(for: IPv4Address(10, 88, 0, 3))

    private func sent(_ request: RouteRequest) throws -> [UInt8] {
        let transcript = Transcript([RouteCodecTests.acknowledgement(1)])
        try RouteConnection(transcript).perform(request)
        return transcript.sent.flatMap(\.self)
    }

    @Test func writesATunnel() throws {
        let vxlan = VXLAN(id: 256, local: .v4(IPv4Address(192, 0, 2, 11)), port: 4789)
        let expected = hex(
            """
            6c000000 1000 0506 01000000 00000000
            00 00 0000 00000000 00000000 00000000
            0800 0300 76783000  0800 0400 aa050000
            3c00 1280 0a00 0100 76786c616e00 0000
            2c00 0280 0800 0100 00010000  0800 0400 c000020b  0500 0700 00 000000  0500 0b00 01 000000
            0600 0f00 12b5 0000
            """)
        #expect(try sent(.addVXLAN("vx0", vxlan, mtu: 1450)) == expected)
    }

    @Test func writesAForwardingEntry() throws {
        let entry = ForwardingEntry(link: 7, mac: mac, destination: .v4(IPv4Address(192, 0, 2, 12)))
        let body = hex("07 00 0000 07000000 8000 02 00  0800 0100 c000020c  0a00 0200 02420a580003 0000")
        #expect(try sent(.putForwarding(entry)) == hex("30000000 1c00 0505 01000000 00000000") + body)
        #expect(try sent(.removeForwarding(entry)) == hex("30000000 1d00 0500 01000000 00000000") + body)
    }

    @Test func writesANeighbour() throws {
        let neighbour = Neighbour(link: 7, address: .v4(IPv4Address(10, 88, 0, 3)), mac: mac)
        let body = hex("02 00 0000 07000000 8000 00 00  0800 0100 0a580003  0a00 0200 02420a580003 0000")
        #expect(try sent(.putNeighbour(neighbour)) == hex("30000000 1c00 0505 01000000 00000000") + body)
        #expect(try sent(.removeNeighbour(neighbour)) == hex("30000000 1d00 0500 01000000 00000000") + body)
    }

    @Test func readsBothKindsOfEntryFromOneList() throws {
        let head = "30000000 1c00 0200 01000000 00000000"
        let forwarding = hex(head + "07 00 0000 07000000 8000 02 00  0800 0100 c000020c  0a00 0200 02420a580003 0000")
        let neighbour = hex(head + "02 00 0000 07000000 8000 00 00  0800 0100 0a580003  0a00 0200 02420a580003 0000")
        // NUD_REACHABLE: learned, and not for good.
        let learned = hex(head + "02 00 0000 07000000 0200 00 00  0800 0100 0a580004  0a00 0200 02420a580004 0000")
        let done = hex("14000000 0300 0200 01000000 00000000 00000000")
        let answer = forwarding + neighbour + learned + done
        #expect(
            try RouteConnection(Transcript([answer])).neighbours()
                == [Neighbour(link: 7, address: .v4(IPv4Address(10, 88, 0, 3)), mac: mac)])
        #expect(
            try RouteConnection(Transcript([answer])).forwardingEntries()
                == [ForwardingEntry(link: 7, mac: mac, destination: .v4(IPv4Address(192, 0, 2, 12)))])
    }

    @Test func survivesRandomBytes() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<100)).map { _ in generator.next() as UInt8 }
            let message = NetlinkMessage(type: 28, flags: 0, sequence: 0, payload: bytes[...])
            _ = (Neighbour(message), ForwardingEntry(message), VXLAN(bytes[...]))
        }
    }
}

@Suite(.enabled(if: isRoot)) struct TunnelKernelTests {
    @Test(arguments: ["192.0.2.11", "2001:db8::11"]) func theKernelKeepsWhatATunnelIsTold(_ own: String) async throws {
        try await onHostOfItsOwn {
            let route = try RouteConnection()
            let local = try #require(IPAddress(own))
            let vxlan = VXLAN(id: 0xabcdef, local: local, port: 4789)
            try route.perform([.addVXLAN("mtvx", vxlan, mtu: 1400), .setUp(.name("mtvx"))])
            let link = try route.link(named: "mtvx")
            #expect((link.kind, link.mtu, link.isUp, link.vxlan) == ("vxlan", 1400, true, vxlan))
            let twice = #expect(throws: NetlinkError.self) { try route.perform(.addVXLAN("mtvy", vxlan)) }
            #expect(twice?.isExisting == true)
            let mac = MACAddress(for: IPv4Address(10, 88, 0, 3))
            let neighbours = try ["10.88.0.3", "fd88::3"].map {
                Neighbour(link: link.index, address: try #require(IPAddress($0)), mac: mac)
            }
            func entry(_ last: UInt128) -> ForwardingEntry {
                ForwardingEntry(
                    link: link.index, mac: mac, destination: IPAddress(rawValue: local.rawValue + last, local.family))
            }
            try route.perform(neighbours.map(RouteRequest.putNeighbour) + [.putForwarding(entry(1))])
            try route.perform(neighbours.map(RouteRequest.putNeighbour) + [.putForwarding(entry(2))])
            #expect(try Set(route.neighbours().filter { $0.link == link.index }) == Set(neighbours))
            #expect(try route.forwardingEntries() == [entry(2)])
            try route.perform(neighbours.map(RouteRequest.removeNeighbour) + [.removeForwarding(entry(2))])
            #expect(try route.neighbours().filter { $0.link == link.index }.isEmpty)
            #expect(try route.forwardingEntries().isEmpty)
            let missing = #expect(throws: NetlinkError.self) { try route.perform(.removeForwarding(entry(2))) }
            #expect(missing?.isMissing == true)
        }
    }
}
