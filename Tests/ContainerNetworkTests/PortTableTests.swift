import LinuxSystem
import Netlink
import Primitives
import Testing

@testable import ContainerNetwork

@Suite struct PortTableTests {
    /// The table as an object, so that expectations can change it.
    private final class Table {
        private var value: PortTable
        init(ephemeral: ClosedRange<UInt16>) { value = PortTable(ephemeral: ephemeral) }
        func take(_ claim: PortClaim) -> Bool { value.take(claim) }
        func takeAny(_ address: IPAddress, _ transport: TransportProtocol) -> PortClaim? {
            value.takeAny(address, transport)
        }
        func release(_ claim: PortClaim) { value.release(claim) }
    }

    private func claim(_ address: IPAddress, _ port: UInt16, _ transport: TransportProtocol = .tcp) -> PortClaim {
        PortClaim(address: address, port: port, transport: transport)
    }

    @Test func knowsThatAllAddressesIncludeEachOne() {
        let table = Table(ephemeral: 100...102)
        #expect(table.take(claim(.any(.v4), 80)))
        #expect(!table.take(claim(.any(.v4), 80)))
        #expect(!table.take(claim(.v4(.loopback), 80)))
        #expect(table.take(claim(.any(.v4), 80, .udp)))
        table.release(claim(.any(.v4), 80))
        #expect(table.take(claim(.v4(.loopback), 80)))
        #expect(table.take(claim(.v4(IPv4Address(10, 0, 0, 1)), 80)))
        #expect(!table.take(claim(.any(.v4), 80)))
        // The families have ports of their own.
        #expect(table.take(claim(.any(.v6), 80)))
        #expect(!table.take(claim(.v6(IPv6Address(high: 0, low: 1)), 80)))
    }

    @Test func givesTheNextAfterTheLastGivenPerAddressAndProtocol() {
        let table = Table(ephemeral: 100...102)
        #expect(table.takeAny(.any(.v4), .tcp)?.port == 100)
        #expect(table.takeAny(.any(.v4), .tcp)?.port == 101)
        table.release(claim(.any(.v4), 100))
        #expect(table.takeAny(.any(.v4), .tcp)?.port == 102)
        #expect(table.takeAny(.any(.v4), .tcp)?.port == 100)
        #expect(table.takeAny(.any(.v4), .tcp) == nil)
        #expect(table.takeAny(.any(.v4), .udp)?.port == 100)
        #expect(table.takeAny(.v4(.loopback), .tcp) == nil)
    }

    @Test func readsTheKernelsRange() throws {
        let path = "/tmp/port-range-\(UInt32.random(in: 0 ..< .max))"
        defer { _ = try? HostFile.remove(path) }
        for (text, range) in [
            ("32768\t60999\n", UInt16(32768)...60999), ("9\n", 49153...65535), ("60999 32768", 49153...65535),
            ("0\t9", 49153...65535), ("1 99999", 49153...65535),
        ] {
            try HostFile.write(path, Array(text.utf8))
            #expect(PortTable.ephemeralRange(path) == range)
        }
        #expect(PortTable.ephemeralRange("/nowhere") == 49153...65535)
    }
}
