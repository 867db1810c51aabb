import Netlink
import Primitives
import Testing

@Suite struct AddressTests {
    @Test(arguments: ["0.0.0.0", "127.0.0.1", "172.17.0.1", "255.255.255.255"])
    func readsAndWritesIPv4(text: String) {
        #expect(IPv4Address(text)?.description == text)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.x", " 1.2.3.4", "1..2.3", "1.2.3.1000"])
    func refusesWhatIsNotIPv4(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    // RFC 5952, sections 4 and 5; RFC 4291, 2.2.
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("fe80::1", "fe80::1"), ("2001:DB8::242:AC11:2", "2001:db8::242:ac11:2"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::ffff:1.2.3.4", "::ffff:102:304"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ])
    func readsAndWritesIPv6(text: String, canonical: String) {
        #expect(IPv6Address(text)?.description == canonical)
    }

    @Test(arguments: [
        "", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "1.2.3.4", "fe80::1%eth0",
    ])
    func refusesWhatIsNotIPv6(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test func knowsANetworksBounds() throws {
        let network = try #require(IPNetwork("172.17.42.1/16"))
        #expect(network.first == .v4(IPv4Address(172, 17, 0, 0)))
        #expect(network.last == .v4(IPv4Address(172, 17, 255, 255)))
        #expect(network.subnet.description == "172.17.0.0/16")
        #expect(network.contains(.v4(IPv4Address(172, 17, 9, 9))))
        #expect(!network.contains(.v4(IPv4Address(172, 18, 0, 0))))
        #expect(try network.overlaps(#require(IPNetwork("172.17.8.0/24"))))
        #expect(try #require(IPNetwork("0.0.0.0/0")).overlaps(network))
        #expect(try !network.overlaps(#require(IPNetwork("10.0.0.0/8"))))
        let six = try #require(IPNetwork("2001:db8:1::42/64"))
        #expect((six.first.description, six.last.description) == ("2001:db8:1::", "2001:db8:1:0:ffff:ffff:ffff:ffff"))
        #expect(!six.overlaps(network) && !network.overlaps(six))
        #expect(try #require(IPNetwork("::/0")).contains(six))
    }

    @Test(arguments: [
        "172.17.0.1", "172.17.0.1/", "172.17.0.1/33", "172.17.0.1/-1", "172.17.0.1/+8", "x/8", "1.2.3.4/8/8",
        "::1/129", "fe80::1%eth0/64", "::/",
    ])
    func refusesWhatIsNotACIDR(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test func derivesAMACFromTheAddress() {
        #expect(MACAddress(for: IPv4Address(172, 17, 0, 2)).description == "02:42:ac:11:00:02")
        #expect(MACAddress("92:D0:c6:0a:29:33")?.description == "92:d0:c6:0a:29:33")
        #expect(MACAddress("92-d0-c6-0a-29-33")?.description == "92:d0:c6:0a:29:33")
        #expect(MACAddress("92:d0:c6:0a:29") == nil)
        #expect(MACAddress("92:d0:c6:0a:29:3") == nil)
        #expect(MACAddress("01:00:5e:00:00:01")?.isMulticast == true)
    }
}
