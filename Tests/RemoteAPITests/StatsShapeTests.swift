import APIModel
import OrderedJSON
import Testing

@testable import RemoteAPI

/// As `api/types/stats.go` of Docker 1.6.2 and 1.7.0 has it.
@Suite struct StatsShapeTests {
    private func sample() throws -> JSONObject {
        var sample = ContainerStats(name: "/web", id: "c0ffee", read: "2026-01-01T00:00:00Z")
        sample.cpu.onlineCPUs = 2
        sample.cpu.system = 9
        var first = InterfaceStats()
        first.receivedBytes = 100
        first.sendDrops = 1
        var second = InterfaceStats()
        second.receivedBytes = 11
        sample.networks = ["eth0": first, "eth1": second]
        return try #require(OrderedJSONEncoder().encodeValue(sample).objectValue)
    }

    @Test func interfacesAreAddedUpBelow121() throws {
        let old = oldStats(try sample(), hasPrevious: true)
        #expect(old.keys == ["read", "network", "precpu_stats", "cpu_stats", "memory_stats", "blkio_stats"])
        #expect(
            old["network"]?.text()
                == #"{"rx_bytes":111,"rx_packets":0,"rx_errors":0,"rx_dropped":0,"#
                + #""tx_bytes":0,"tx_packets":0,"tx_errors":0,"tx_dropped":1}"#)
        #expect(old["cpu_stats"]?["system_cpu_usage"] == 9 && old["cpu_stats"]?["online_cpus"] == nil)
    }

    @Test func thereWasNoSampleBeforeIn118() throws {
        #expect(
            oldStats(try sample(), hasPrevious: false).keys == [
                "read", "network", "cpu_stats", "memory_stats", "blkio_stats",
            ])
    }
}
