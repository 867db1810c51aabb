import Primitives
import Testing

@testable import PortProxy

@Suite struct ProxyEntryTests {
    @Test(arguments: ["tcp 172.17.0.2 80", "udp fd00::2 53", "sctp 10.0.0.1 65535"])
    func readsWhatItWrites(text: String) throws {
        #expect(try #require(ProxyEntry(text)).text == text)
    }

    @Test(arguments: [
        "", "tcp", "tcp 172.17.0.2", "tcp 172.17.0.2 0", "tcp 172.17.0.2 65536", "icmp 172.17.0.2 80", "tcp x 80",
        "tcp  172.17.0.2 80", "tcp 172.17.0.2 80 ", "tcp 0.0.0.0 80", "tcp :: 80", "TCP 172.17.0.2 80",
    ])
    func refusesAnythingElse(text: String) { #expect(ProxyEntry(text) == nil) }
}

@Suite struct DatagramFlowTests {
    @Test func forgetsWhoHasBeenSilentForNinetySeconds() {
        var flows = DatagramFlows<String, Int>()
        let second: Int64 = 1_000_000_000
        #expect(flows.add(1, of: "a", at: 0) == nil)
        #expect(flows.add(2, of: "b", at: 0) == nil)
        #expect(flows.flow(of: "a", at: 60 * second) == 1)
        #expect(flows.expire(at: 89 * second) == [])
        #expect(flows.expire(at: 90 * second) == [2])
        #expect(flows.flow(of: "b", at: 91 * second) == nil)
        #expect(flows.expire(at: 150 * second) == [1])
        #expect(flows.isEmpty)
    }

    @Test func dropsTheOneThatWasIdleLongestWhenThereAreTooMany() {
        var flows = DatagramFlows<Int, Int>()
        for number in 0..<1024 { #expect(flows.add(number, of: number, at: Int64(number)) == nil) }
        _ = flows.flow(of: 0, at: 5000)
        #expect(flows.add(1024, of: 1024, at: 5001) == 1)
        #expect(flows.flow(of: 0, at: 5002) == 0)
    }
}
