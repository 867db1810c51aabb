import APIModel
import OrderedJSON
import Testing

@testable import DockerCLI

/// The table is 1.6.2's; fields and what they say are those of docker 28.2.2.
@Suite struct StatsTests {
    private static func sample() -> ContainerStats {
        var sample = ContainerStats(name: "/web", id: String(repeating: "c", count: 64), read: "2026-01-01T00:00:01Z")
        sample.cpu.usage.total = 1_500_000_000
        sample.cpu.system = 12_000_000_000
        sample.cpu.onlineCPUs = 2
        sample.previousCPU.usage.total = 1_000_000_000
        sample.previousCPU.system = 10_000_000_000
        sample.memory.usage = 3 << 20
        sample.memory.limit = 64 << 20
        sample.memory.statistics = ["total_inactive_file": 1 << 20, "inactive_file": 7]
        sample.blockIO.serviceBytes = [
            .init(major: 8, minor: 0, operation: "Read", value: 4096),
            .init(major: 8, minor: 16, operation: "read", value: 4096),
            .init(major: 8, minor: 0, operation: "Write", value: 999_999),
            .init(major: 8, minor: 0, operation: "Total", value: 12),
        ]
        var interface = InterfaceStats()
        interface.receivedBytes = 648
        interface.sentBytes = 1536
        sample.networks = ["eth0": interface, "eth1": interface]
        sample.pids.current = 3
        return sample
    }

    private func engine(_ sample: ContainerStats = sample()) throws -> FakeEngine {
        let body = String(decoding: try OrderedJSONEncoder().encode(sample), as: UTF8.self) + "\n"
        let list = String(decoding: try OrderedJSONEncoder().encode([ContainerSummary(id: sample.id)]), as: UTF8.self)
        return try FakeEngine { line in
            switch line {
            case _ where line.contains("/nobody/"): (404, #"{"message":"No such container: nobody"}"#)
            case _ where line.hasPrefix("GET /containers/json"): (200, list)
            default: (200, body)
            }
        }
    }

    private func printed(_ words: String...) throws -> String {
        let engine = try engine()
        defer { engine.close() }
        let (_, text, code) = try engine.docker(["stats", "--no-stream"] + words)
        #expect(code == 0)
        return text
    }

    @Test func theTableIsThatOf16() throws {
        #expect(
            try printed("web") == """
                CONTAINER           CPU %               MEM USAGE/LIMIT     MEM %               NET I/O
                web                 50.00%              2 MiB/64 MiB        3.12%               1.266 KiB/3 KiB

                """)
    }

    @Test func fieldsAreTodays() throws {
        let format = "{{.Container}} {{.Name}} {{.ID}} {{.CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.PIDs}}"
        #expect(try printed("--format", format, "web") == "web web cccccccccccc 50.00% 2MiB / 64MiB 3.12% 3\n")
        #expect(try printed("--format", "{{.NetIO}} {{.BlockIO}}", "web") == "1.3kB / 3.07kB 8.19kB / 1e+03kB\n")
        #expect(try printed("--no-trunc", "--format", "{{.ID}}", "web") == String(repeating: "c", count: 64) + "\n")
        #expect(
            try printed("--format", #"table {{.Name}}\t{{.ID}}\t{{.MemUsage}}\t{{.PIDs}}"#, "web") == """
                NAME      CONTAINER ID   MEM USAGE / LIMIT   PIDS
                web       cccccccccccc   2MiB / 64MiB        3

                """)
        #expect(
            try printed("--format", "json", "web")
                == #"{"BlockIO":"8.19kB / 1e+03kB","CPUPerc":"50.00%","Container":"web","ID":"cccccccccccc","#
                + #""MemPerc":"3.12%","MemUsage":"2MiB / 64MiB","Name":"web","NetIO":"1.3kB / 3.07kB","PIDs":"3"}"#
                + "\n")
    }

    @Test func namesAreSortedAndShownAsTheyWereGiven() throws {
        #expect(try printed("--format", "{{.Container}}", "b", "a", "c", "a") == "a\nb\nc\n")
    }

    @Test func withoutNamesItIsAllThatRun() throws {
        let engine = try engine()
        defer { engine.close() }
        let (requests, text, _) = try engine.docker(["container", "stats", "--no-stream", "--format", "{{.Container}}"])
        #expect(text == "cccccccccccc\n")
        #expect(
            requests.map(\.line) == ["GET /containers/json", "GET /containers/cccccccccccc/stats?stream=0"])
        let all = try engine.docker(["stats", "-a", "--no-stream"])
        #expect(all.requests.first?.line == "GET /containers/json?all=1")
    }

    @Test func oneThatIsMissingEndsTheCommand() throws {
        let engine = try engine()
        defer { engine.close() }
        for flag in ["--no-stream", "--no-stream=false"] {
            let (_, text, code) = try engine.docker(["stats", flag, "web", "nobody"])
            #expect(text == "nobody: Error response from daemon: No such container: nobody\n" && code == 1)
        }
    }

    /// The stream of the fake engine ends after a sample, as that of a container that is removed.
    @Test func itEndsWithTheLastContainer() throws {
        let engine = try engine()
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["stats", "web"])
        #expect(requests.map(\.line) == ["GET /containers/web/stats?stream=1"])
        #expect(code == 0 && text.split(separator: "\n").count == 2)
    }

    @Test func thereIsNoShareWithoutASampleBefore() {
        var sample = Self.sample()
        sample.previousCPU = CPUStats()
        #expect(StatsFigures(sample).processorPercent == 0)
        // Docker below 1.27 says how many processors there are by their list.
        sample = Self.sample()
        sample.cpu.onlineCPUs = 0
        sample.cpu.usage.perCPU = [1, 2, 3, 4]
        #expect(StatsFigures(sample).processorPercent == 100)
    }

    @Test func unusedPagesOfFilesAreNoMemory() {
        func used(_ statistics: [String: UInt64]) -> UInt64 {
            var sample = Self.sample()
            sample.memory.usage = 100
            sample.memory.statistics = statistics
            return StatsFigures(sample).memory
        }
        #expect(used(["inactive_file": 30]) == 70 && used(["inactive_file": 1, "total_inactive_file": 40]) == 60)
        #expect(used(["inactive_file": 100]) == 100 && used([:]) == 100)
    }

    @Test func silenceIsZeroInTheTableAndADashElsewhere() {
        let row = StatsRow(container: "web", figures: nil, isWhole: false)
        #expect(row.classic["MemUsage"] == "0 B/0 B" && row.classic["CPUPerc"] == "0.00%")
        #expect(row.value["MemUsage"] == "-- / --" && row.value["CPUPerc"] == "--" && row.value["Name"] == "--")
    }

    @Test(arguments: [(0.0, "0.00%"), (99.995, "100.00%"), (12.3, "12.30%"), (200, "200.00%"), (.nan, "0.00%")])
    func percentagesHaveTwoDigits(_ value: Double, _ text: String) { #expect(StatsRow.percent(value) == text) }
}
