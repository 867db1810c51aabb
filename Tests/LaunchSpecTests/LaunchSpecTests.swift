import APIModel
import OCIRuntime
import Primitives
import Testing

@testable import LaunchSpec

@Suite struct LaunchSpecTests {
    private func spec(
        _ change: (inout ContainerConfig, inout HostConfig) -> Void = { _, _ in }
    ) throws -> OCISpec {
        var config = ContainerConfig()
        var hostConfig = HostConfig()
        change(&config, &hostConfig)
        return try LaunchSpec(
            config: config, hostConfig: hostConfig, command: ["true"], cgroupPath: "/docker/x", hostname: "box"
        ).specification()
    }

    @Test func environmentHasPathAndHostnameFirst() throws {
        let env = try spec { config, _ in
            config.tty = true
            config.env = ["A=b", "PATH=/mine"]
        }.process?.env
        #expect(env == ["HOSTNAME=box", "TERM=xterm", "A=b", "PATH=/mine"])
    }

    @Test func bareNamesTakeVariablesAway() throws {
        #expect(try spec { config, _ in config.env = ["HOSTNAME"] }.process?.env == [LaunchSpec.standardPath])
    }

    @Test func namespacesFollowTheModes() throws {
        let standard = try spec().linux?.namespaces.map(\.type)
        #expect(Set(standard ?? []) == [.mount, .uts, .ipc, .pid, .network, .cgroup])
        let host = try spec { _, hostConfig in
            hostConfig.pidMode = "host"
            hostConfig.ipcMode = "host"
            hostConfig.networkMode = "host"
            hostConfig.utsMode = "host"
            hostConfig.cgroupnsMode = "host"
        }.linux?.namespaces.map(\.type)
        #expect(host == [.mount])
    }

    @Test func privilegedSeesEverything() throws {
        let linux = try spec { _, hostConfig in hostConfig.privileged = true }.linux
        #expect(linux?.maskedPaths == [] && linux?.readonlyPaths == [])
        #expect(linux?.resources?.devices == [OCIDeviceRule(allow: true, access: "rwm")])
    }

    @Test func masksAreDockers() throws {
        let linux = try spec().linux
        #expect(linux?.maskedPaths.contains("/proc/kcore") == true)
        #expect(linux?.readonlyPaths == ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"])
    }

    @Test func mountsOfTheUserReplaceDefaults() throws {
        let launch = LaunchSpec(
            config: ContainerConfig(), hostConfig: HostConfig(), command: ["true"],
            mounts: [LaunchMount(type: "bind", source: "/h", destination: "/dev/shm", options: ["rbind"])],
            cgroupPath: "/docker/x")
        let mounts = try launch.specification().mounts.filter { $0.destination == "/dev/shm" }
        #expect(mounts.map(\.source) == ["/h"])
    }

    @Test func inheritableCapabilitiesAreEmpty() throws {
        let capabilities = try spec().process?.capabilities
        #expect(
            capabilities?.inheritable == [] && capabilities?.ambient == [] && capabilities?.effective.isEmpty == false)
    }

    @Test(arguments: [
        "kernel.shmmax", "net.ipv4.ip_forward",
    ]) func sysctlsOfOwnNamespacesAreAllowed(_ name: String) throws {
        var hostConfig = HostConfig()
        hostConfig.sysctls = [name: "1"]
        #expect(try LaunchSpec.validate(config: ContainerConfig(), hostConfig: hostConfig) == [])
    }

    @Test(arguments: ["vm.swappiness", "kernel.core_pattern", "net.../x"])
    func sysctlsOfTheHostAreNot(_ name: String) {
        var hostConfig = HostConfig()
        hostConfig.sysctls = [name: "1"]
        let given = hostConfig
        #expect { try LaunchSpec.validate(config: ContainerConfig(), hostConfig: given) } throws: {
            ($0 as? EngineError)?.message == "sysctl '\(name)' is not allowed"
        }
    }

    @Test(arguments: [
        (["no-new-privileges"], true), (["no-new-privileges:true"], true), (["no-new-privileges=false"], false),
    ]) func noNewPrivileges(_ options: [String], _ expected: Bool) throws {
        #expect(try SecurityOptions(options).noNewPrivileges == expected)
    }

    @Test(arguments: [("apparmor=docker-default", EngineError.Kind.notImplemented), ("flying=yes", .badParameter)])
    func otherSecurityOptionsAreRefused(_ option: String, _ kind: EngineError.Kind) {
        #expect { try SecurityOptions([option]) } throws: { ($0 as? EngineError)?.kind == kind }
    }

    @Test func missingDevicesAreNamed() {
        var hostConfig = HostConfig()
        hostConfig.devices = [DeviceMapping(pathOnHost: "/dev/none-such", pathInContainer: "/dev/x")]
        let given = hostConfig
        #expect { try DeviceRules.resolve(given) } throws: {
            ($0 as? EngineError)?.message == "error gathering device information while adding custom device "
                + "\"/dev/none-such\": no such file or directory"
        }
    }
}
