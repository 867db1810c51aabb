import APIModel
import OrderedJSON
import Testing

/// Members and their order are those of Go's structures in Docker 28 (`api/types/container/stats.go`).
@Suite struct StatsTests {
    private static let nothing =
        #""cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0},"#
        + #""throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}"#

    @Test func aContainerThatDoesNotRunHasItsNameAndNothing() throws {
        let bytes = try OrderedJSONEncoder().encode(ContainerStats(name: "/web", id: "c0ffee"))
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"name":"/web","id":"c0ffee","read":"0001-01-01T00:00:00Z","preread":"0001-01-01T00:00:00Z","#
                + #""pids_stats":{},"blkio_stats":{"io_service_bytes_recursive":null,"io_serviced_recursive":null,"#
                + #""io_queue_recursive":null,"io_service_time_recursive":null,"io_wait_time_recursive":null,"#
                + #""io_merged_recursive":null,"io_time_recursive":null,"sectors_recursive":null},"num_procs":0,"#
                + #""storage_stats":{},"cpu_stats":{\#(Self.nothing)},"precpu_stats":{\#(Self.nothing)},"#
                + #""memory_stats":{}}"#)
    }

    @Test func whatIsNotZeroIsTold() throws {
        var sample = ContainerStats(name: "/web", id: "c0ffee", read: "2026-01-01T00:00:00Z")
        sample.pids.current = 3
        sample.pids.limit = .max
        sample.cpu.system = 9
        sample.cpu.onlineCPUs = 2
        sample.cpu.usage.perCPU = [1, 2]
        sample.memory.usage = 4096
        sample.memory.statistics = ["rss": 1, "cache": 2]
        sample.blockIO.serviced = [.init(major: 8, minor: 1, operation: "Read", value: 5)]
        sample.networks = ["eth1": InterfaceStats(), "eth0": InterfaceStats()]
        let value = try OrderedJSONEncoder().encodeValue(sample)
        #expect(value["pids_stats"]?.text() == #"{"current":3,"limit":18446744073709551615}"#)
        #expect(value["cpu_stats"]?["system_cpu_usage"] == 9 && value["cpu_stats"]?["online_cpus"] == 2)
        #expect(value["cpu_stats"]?["cpu_usage"]?["percpu_usage"] == [1, 2])
        #expect(value["memory_stats"]?.text() == #"{"usage":4096,"stats":{"cache":2,"rss":1}}"#)
        #expect(
            value["blkio_stats"]?["io_serviced_recursive"]?.text() == #"[{"major":8,"minor":1,"op":"Read","value":5}]"#)
        #expect(value["networks"]?.objectValue?.keys == ["eth0", "eth1"])
        #expect(
            value["networks"]?["eth0"]?.objectValue?.keys == [
                "rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "tx_bytes", "tx_packets", "tx_errors",
                "tx_dropped",
            ])
        #expect(try OrderedJSONDecoder().decode(ContainerStats.self, from: value) == sample)
    }
}
