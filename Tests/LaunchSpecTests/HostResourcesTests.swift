import APIModel
import OrderedJSON
import Primitives
import Testing

@testable import LaunchSpec

@Suite struct HostResourcesTests {
    private static let bare: HostResources = {
        var host = HostResources()
        host.hasMemoryLimit = false
        host.hasSwapLimit = false
        host.hasSwappiness = false
        host.hasOOMKillDisable = false
        host.hasPidsLimit = false
        host.hasCPUShares = false
        host.hasCPUQuota = false
        host.hasBlockIOWeight = false
        host.hasBlockIOThrottle = false
        host.forwardsIPv4 = false
        return host
    }()

    /// Docker's texts (daemon_unix.go).
    struct Discard: Sendable {
        var warning: String
        var change: @Sendable (inout HostConfig) -> Void
        var isGone: @Sendable (HostConfig) -> Bool
    }

    static let discards = [
        Discard(
            warning:
                "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.",
            change: { $0.memory = 64 << 20 }, isGone: { $0.memory == 0 && $0.memorySwap == -1 }),
        Discard(
            warning:
                "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.",
            change: { $0.memorySwappiness = 10 }, isGone: { $0.memorySwappiness == nil }),
        Discard(
            warning:
                "Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. Limitation discarded.",
            change: { $0.memoryReservation = 64 << 20 }, isGone: { $0.memoryReservation == 0 }),
        Discard(
            warning: "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
            change: { $0.oomKillDisable = true }, isGone: { $0.oomKillDisable == nil }),
        Discard(
            warning:
                "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.",
            change: { $0.pidsLimit = 7 }, isGone: { $0.pidsLimit == nil }),
        Discard(
            warning: "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.",
            change: { $0.cpuShares = 7 }, isGone: { $0.cpuShares == 0 }),
        Discard(
            warning: "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.",
            change: { $0.cpuQuota = 7000 }, isGone: { $0.cpuQuota == 0 }),
        Discard(
            warning: "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.",
            change: { $0.cpusetCpus = "0" }, isGone: { $0.cpusetCpus.isEmpty }),
        Discard(
            warning: "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
            change: { $0.blkioWeight = 100 }, isGone: { $0.blkioWeight == 0 }),
        Discard(
            warning:
                "Your kernel does not support IOPS Block write limit or the cgroup is not mounted. Block I/O IOPS write limit discarded.",
            change: { $0.blkioDeviceWriteIOps = [try! decode(#"{"Path":"/dev/x","Rate":1}"#)] },
            isGone: { $0.blkioDeviceWriteIOps == [] }),
        Discard(
            warning: "linux does not support CPU percent. Percent discarded.", change: { $0.cpuPercent = 5 },
            isGone: { $0.cpuPercent == 0 }),
    ]

    private static func decode(_ json: String) throws -> ThrottleDevice {
        try OrderedJSONDecoder().decode(ThrottleDevice.self, from: Array(json.utf8))
    }

    @Test(arguments: discards.indices) func takesAwayWhatTheKernelLacks(_ index: Int) throws {
        let test = Self.discards[index]
        var hostConfig = HostConfig()
        hostConfig.networkMode = "none"
        test.change(&hostConfig)
        #expect(try LaunchSpec.adapt(&hostConfig, to: Self.bare) == [test.warning])
        #expect(test.isGone(hostConfig))
    }

    @Test func keepsWhatTheKernelHas() throws {
        var host = HostResources()
        host.cpus = "0-1"
        host.mems = "0"
        host.cpuCount = 2
        var hostConfig = HostConfig()
        hostConfig.memory = 64 << 20
        hostConfig.cpusetCpus = "1"
        hostConfig.nanoCPUs = 2_000_000_000
        let before = hostConfig
        #expect(try LaunchSpec.adapt(&hostConfig, to: host).isEmpty)
        #expect(hostConfig == before)
    }

    @Test func refusesProcessorsThatAreNotThere() {
        var host = HostResources()
        host.cpus = "0-1"
        host.mems = "0"
        host.cpuCount = 2
        let cases: [(String, (inout HostConfig) -> Void)] = [
            ("Requested CPUs are not available - requested 0,7, available: 0-1", { $0.cpusetCpus = "0,7" }),
            ("Requested memory nodes are not available - requested 1, available: 0", { $0.cpusetMems = "1" }),
            ("range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", { $0.nanoCPUs = 2_000_000_001 }),
            ("range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", { $0.nanoCPUs = -1 }),
        ]
        for (text, change) in cases {
            var hostConfig = HostConfig()
            change(&hostConfig)
            #expect { try LaunchSpec.adapt(&hostConfig, to: host) } throws: { ($0 as? EngineError)?.message == text }
        }
    }

    @Test(
        arguments: [
            ("", 0), ("0", 1), ("0-3", 4), ("0-3,8", 5), ("3-1", nil), ("-1", nil), ("a", nil), ("0,", nil),
            ("0-99999999", nil), ("1-2-3", nil),
        ] as [(String, Int?)])
    func readsLists(text: String, count: Int?) {
        #expect(CPUList(text)?.count == count)
    }
}
