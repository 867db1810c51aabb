import APIModel
import OCIRuntime
import Primitives
import Testing

@testable import LaunchSpec

@Suite struct ResourceRulesTests {
    struct Refusal: Sendable {
        var text: String
        var change: @Sendable (inout HostConfig) -> Void
    }

    static let refusals = [
        Refusal(text: "Minimum memory limit allowed is 6MB") { $0.memory = 1 << 20 },
        Refusal(text: "You should always set the Memory limit when using Memoryswap limit, see usage") {
            $0.memorySwap = 64 << 20
        },
        Refusal(text: "Minimum memoryswap limit should be larger than memory limit, see usage") {
            $0.memory = 64 << 20
            $0.memorySwap = 32 << 20
        },
        Refusal(text: "Range of blkio weight is from 10 to 1000") { $0.blkioWeight = 5 },
        Refusal(text: "Invalid value 3-1 for cpuset cpus") { $0.cpusetCpus = "3-1" },
        Refusal(text: "Conflicting options: Nano CPUs and CPU Period cannot both be set") {
            $0.nanoCPUs = 1_000_000_000
            $0.cpuPeriod = 100_000
        },
        Refusal(text: "Invalid value: 101, valid memory swappiness range is 0-100") { $0.memorySwappiness = 101 },
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ index: Int) {
        var hostConfig = HostConfig()
        Self.refusals[index].change(&hostConfig)
        let config = hostConfig
        #expect { try ResourceRules.check(config) } throws: {
            ($0 as? EngineError)?.message == Self.refusals[index].text
        }
    }

    @Test func memoryAloneAllowsAsMuchSwap() throws {
        var hostConfig = HostConfig()
        hostConfig.memory = 64 << 20
        let memory = try ResourceRules.resources(hostConfig, devices: []).memory
        #expect(memory?.limit == 64 << 20 && memory?.swap == 128 << 20)
    }

    @Test func cpusBecomeQuotaAndPeriod() throws {
        var hostConfig = HostConfig()
        hostConfig.nanoCPUs = 1_500_000_000
        let cpu = try ResourceRules.resources(hostConfig, devices: []).cpu
        #expect(cpu?.period == 100_000 && cpu?.quota == 150_000)
    }

    @Test func nothingAskedForIsNothingSet() throws {
        let resources = try ResourceRules.resources(HostConfig(), devices: [])
        #expect(resources.memory == nil && resources.cpu == nil && resources.pids == nil && resources.blockIO == nil)
    }
}
