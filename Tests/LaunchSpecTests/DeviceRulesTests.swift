import APIModel
import LinuxSystem
import OCIRuntime
import Primitives
import Testing

@testable import LaunchSpec

/// With the nodes that every Linux has.
@Suite struct DeviceRulesTests {
    private func resolve(
        _ devices: [DeviceMapping] = [], rules: [String] = [], privileged: Bool = false
    ) throws -> DeviceRules.Result {
        var hostConfig = HostConfig()
        hostConfig.devices = devices
        hostConfig.deviceCgroupRules = rules
        hostConfig.privileged = privileged
        return try DeviceRules.resolve(hostConfig)
    }

    @Test func allIsForbiddenFirst() throws {
        let result = try resolve()
        #expect(result.nodes.isEmpty)
        #expect(result.rules.first == OCIDeviceRule(allow: false, access: "rwm"))
        #expect(result.rules.dropFirst().allSatisfy { $0.allow })
        #expect(result.rules.contains(OCIDeviceRule(allow: true, type: "c", major: 10, minor: 200, access: "rwm")))
    }

    @Test func aDeviceGetsItsNodeAndItsRule() throws {
        let result = try resolve([
            DeviceMapping(pathOnHost: "/dev/zero", pathInContainer: "/dev/nothing", cgroupPermissions: "r")
        ])
        #expect(result.nodes.map(\.path) == ["/dev/nothing"])
        #expect(result.nodes.first.map { [$0.major, $0.minor] } == [1, 5])
        #expect(result.rules.last == OCIDeviceRule(allow: true, type: "c", major: 1, minor: 5, access: "r"))
    }

    @Test(arguments: [
        (
            "/dev/no-such",
            "error gathering device information while adding custom device \"/dev/no-such\": no such file or directory"
        ),
        (
            "/etc/passwd",
            "error gathering device information while adding custom device \"/etc/passwd\": not a device node"
        ),
    ])
    func refusesWhatIsNoDevice(path: String, text: String) {
        #expect { try resolve([DeviceMapping(pathOnHost: path, pathInContainer: path)]) } throws: {
            ($0 as? EngineError)?.message == text
        }
    }

    @Test func rulesAreRead() throws {
        #expect(
            try resolve(rules: ["c 7:* rw"]).rules.last == OCIDeviceRule(allow: true, type: "c", major: 7, access: "rw")
        )
    }

    @Test(arguments: ["", "c 7 rw", "x 1:2 rw", "c 1:2 rwx", "c 1:2:3 r", "c a:1 r", "c 1:2 rwmr"])
    func refusesBrokenRules(rule: String) {
        #expect { try resolve(rules: [rule]) } throws: {
            ($0 as? EngineError)?.message == "invalid device cgroup rule format: '\(rule)'"
        }
    }

    @Test func privilegedHasAllAndMayHaveMoreNames() throws {
        let result = try resolve(
            [DeviceMapping(pathOnHost: "/dev/null", pathInContainer: "/dev/alias")], privileged: true)
        #expect(result.rules == [OCIDeviceRule(allow: true, access: "rwm")])
        #expect(result.nodes.contains { $0.path == "/dev/null" } && result.nodes.last?.path == "/dev/alias")
    }
}
