import APIModel
import Cgroups
import Testing

@testable import Engine

/// The kernel's files as `proc(5)` shows them; figures as Docker 28's daemon makes of them.
@Suite struct SampleTests {
    private static let stat = """
        cpu  10132153 290696 3084719 46828483 16683 0 25195 0 175628 0
        cpu0 1393280 32966 572056 13343292 6130 0 17875 0 23933 0
        cpu1 1335418 32966 572056 13343292 6130 0 17875 0 23933 0
        intr 114930548 113199788 3 0 5 263
        ctxt 1990473
        cpu9 after the processors
        """

    @Test func processorTimeIsInNanoseconds() throws {
        let time = try #require(ProcessorTime(parsing: Array(Self.stat.utf8)))
        #expect(time.nanoseconds == 603_779_290_000_000 && time.processors == 2)
    }

    @Test(arguments: ["", "intr 1", "cpu0 1 2 3 4 5 6 7", "cpu 1 2 3 4 5 6", "cpu 1 2 x 4 5 6 7 8"])
    func processorTimeMayBeMissing(_ text: String) {
        #expect(ProcessorTime(parsing: Array(text.utf8)) == nil)
    }

    @Test func interfacesHaveSixteenNumbers() {
        let table = InterfaceTable.parse(
            Array(
                """
                Inter-|   Receive                                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls
                    lo:     100       2    0    0    0     0          0         0      100       2    0    0    0     0       0          0
                  eth0:12345 10 1 2 3 4 5 6 54321 20 7 8 9 10 11 12
                 eth0:1: 1 1 1 1 1 1 1 1 2 2 2 2 2 2 2 2
                broken: 1 2 3
                """.utf8))
        #expect(table.keys.sorted() == ["eth0", "eth0:1", "lo"])
        #expect(table["eth0"]?.receivedBytes == 12345 && table["eth0"]?.receivedPackets == 10)
        #expect(table["eth0"]?.receiveErrors == 1 && table["eth0"]?.receiveDrops == 2)
        #expect(table["eth0"]?.sentBytes == 54321 && table["eth0"]?.sentPackets == 20)
        #expect(table["eth0"]?.sendErrors == 7 && table["eth0"]?.sendDrops == 8)
    }

    private func counters(isUnified: Bool) -> CgroupStats {
        var counters = CgroupStats()
        counters.isUnified = isUnified
        counters.cpu.total = 3000
        counters.cpu.perCPU = isUnified ? [] : [1000, 2000]
        counters.memory.usage = 4096
        counters.memory.maximumUsage = 8192
        counters.memory.failures = 1
        counters.memory.statistics = ["inactive_file": 1024]
        counters.blockIO.serviceBytes = [.init(major: 8, minor: 0, operation: "Read", value: 512)]
        counters.blockIO.serviced = [.init(major: 8, minor: 0, operation: "Read", value: 1)]
        counters.pids.current = 2
        return counters
    }

    private func sample(_ counters: CgroupStats) -> ContainerStats {
        var sample = ContainerStats(name: "/web", id: "c0ffee")
        sample.take(counters, machineMemory: 1 << 30)
        return sample
    }

    @Test func version1HasAListForEverything() {
        let sample = sample(counters(isUnified: false))
        #expect(sample.cpu.usage.perCPU == [1000, 2000] && sample.memory.maximumUsage == 8192)
        #expect(sample.memory.failures == 1 && sample.memory.statistics == ["inactive_file": 1024])
        #expect(sample.blockIO.serviced?.map(\.value) == [1] && sample.blockIO.queued == [])
        #expect(sample.pids.current == 2 && sample.pids.limit == 0)
    }

    @Test func version2TellsLess() {
        let sample = sample(counters(isUnified: true))
        #expect(sample.memory.maximumUsage == 0)
        #expect(sample.blockIO.serviceBytes?.map(\.value) == [512])
        #expect(sample.blockIO.serviced == nil && sample.blockIO.queued == nil)
        #expect(sample.pids.limit == .max)
        var idle = counters(isUnified: true)
        idle.blockIO.serviceBytes = []
        #expect(self.sample(idle).blockIO.serviceBytes == nil)
    }

    @Test func theLimitIsTheMachinesAtMost() {
        var counters = counters(isUnified: false)
        #expect(sample(counters).memory.limit == 1 << 30)
        counters.memory.limit = 1 << 20
        #expect(sample(counters).memory.limit == 1 << 20)
        counters.memory.limit = 1 << 40
        #expect(sample(counters).memory.limit == 1 << 30)
    }
}
