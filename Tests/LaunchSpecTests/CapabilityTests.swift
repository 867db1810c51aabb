import APIModel
import OCIRuntime
import Primitives
import Testing

@testable import LaunchSpec

@Suite struct CapabilityTests {
    private func names(add: [String] = [], drop: [String] = [], privileged: Bool = false) throws -> Set<String> {
        Set(try CapabilitySet.resolve(add: add, drop: drop, privileged: privileged))
    }

    @Test func containersHaveDockersFourteen() throws {
        #expect(
            try names() == [
                "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
                "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
                "CAP_AUDIT_WRITE",
            ])
    }

    @Test func namesTakeAnyCaseAndThePrefix() throws {
        #expect(try names(add: ["net_admin", "CAP_SYS_TIME"]).isSuperset(of: ["CAP_NET_ADMIN", "CAP_SYS_TIME"]))
    }

    @Test func dropAllAndAddOneLeavesOne() throws {
        #expect(try names(add: ["CHOWN"], drop: ["ALL"]) == ["CAP_CHOWN"])
    }

    @Test func addAllWithoutSome() throws {
        let all = try names(add: ["ALL"], drop: ["SYS_ADMIN"])
        #expect(all.count == CapabilitySet.all.count - 1 && !all.contains("CAP_SYS_ADMIN"))
    }

    @Test func privilegedHasAll() throws {
        #expect(try names(privileged: true).count == CapabilitySet.all.count)
    }

    @Test func unknownNamesAreRefused() {
        #expect { try names(add: ["FLY"]) } throws: {
            ($0 as? EngineError)?.message == "invalid CapAdd: unknown capability: \"CAP_FLY\""
        }
    }
}
