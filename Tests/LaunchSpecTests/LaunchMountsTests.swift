import APIModel
import OCIRuntime
import Primitives
import Testing

@testable import LaunchSpec

@Suite struct LaunchMountsTests {
    private func launch(_ destinations: [String] = [], _ change: (inout HostConfig) -> Void = { _ in }) -> LaunchSpec {
        var hostConfig = HostConfig()
        change(&hostConfig)
        let mounts = destinations.map { LaunchMount(type: "bind", source: "/h", destination: $0, options: ["rbind"]) }
        return LaunchSpec(
            config: ContainerConfig(), hostConfig: hostConfig, command: ["a", "b"], mounts: mounts,
            cgroupPath: "/docker/x")
    }

    private func destinations(_ launch: LaunchSpec) throws -> [String] {
        try launch.specification().mounts.map(\.destination)
    }

    @Test func defaultsComeInDockersOrder() throws {
        #expect(
            try destinations(launch()) == [
                "/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm",
            ])
    }

    @Test func parentsComeBeforeChildren() throws {
        let mounts = try destinations(launch(["/a/b/c", "/z", "/a", "/a/b"]))
        #expect(mounts.suffix(4) == ["/z", "/a", "/a/b", "/a/b/c"])
    }

    @Test func aUsersDevReplacesAllBelowIt() throws {
        #expect(try destinations(launch(["/dev"])) == ["/proc", "/sys", "/sys/fs/cgroup", "/dev"])
    }

    @Test func sharedMemoryFollowsTheIPCMode() throws {
        func shm(_ mode: String, shared: String? = nil) throws -> OCIMount? {
            var launch = launch { $0.ipcMode = mode }
            launch.sharedMemoryPath = shared
            return try launch.specification().mounts.first { $0.destination == "/dev/shm" }
        }
        #expect(try shm("")?.options == ["nosuid", "noexec", "nodev", "mode=1777", "size=67108864"])
        #expect(try shm("none") == nil)
        #expect(try shm("host")?.source == "/dev/shm")
        #expect(try shm("container:x", shared: "/run/x/shm")?.source == "/run/x/shm")
        let sized = try launch { $0.shmSize = 1 << 20 }.specification().mounts.last
        #expect(sized?.options.last == "size=1048576")
    }

    @Test func privilegedMayWriteToSysAndCgroups() throws {
        let mounts = try launch { $0.privileged = true }.specification().mounts
        for path in ["/sys", "/sys/fs/cgroup"] {
            #expect(mounts.first { $0.destination == path }?.options.contains("ro") == false)
        }
        #expect(try launch().specification().mounts.first { $0.destination == "/sys" }?.options.contains("ro") == true)
    }

    @Test func networkSettingsOnlyForAPrivateNamespace() throws {
        let own = try launch { $0.sysctls = ["net.ipv4.ip_unprivileged_port_start": "80"] }.specification().linux?
            .sysctl
        #expect(own == ["net.ipv4.ping_group_range": "0 2147483647", "net.ipv4.ip_unprivileged_port_start": "80"])
        for mode in ["host", "container:x"] {
            #expect(try launch { $0.networkMode = mode }.specification().linux?.sysctl == [:])
        }
    }

    @Test func initIsMountedAndPutInFront() throws {
        var launch = launch { $0.initProcess = true }
        #expect { try launch.specification() } throws: { ($0 as? EngineError)?.kind == .notImplemented }
        launch.initProgram = "/usr/bin/docker-init"
        let spec = try launch.specification()
        #expect(spec.process?.args == ["/sbin/docker-init", "--", "a", "b"])
        #expect(
            spec.mounts.last
                == OCIMount(
                    destination: "/sbin/docker-init", type: "bind", source: "/usr/bin/docker-init",
                    options: ["bind", "ro"]))
        launch.hostConfig.pidMode = "host"
        #expect(try launch.specification().process?.args == ["a", "b"])
    }

    @Test(
        arguments: [
            ([24, 80], OCIConsoleSize(height: 24, width: 80)), ([0, 0], nil), ([24], nil), ([-1, 5], nil),
        ] as [([Int], OCIConsoleSize?)])
    func consoleSizeIsForTerminals(size: [Int], expected: OCIConsoleSize?) throws {
        var launch = launch { $0.consoleSize = size }
        #expect(try launch.specification().process?.consoleSize == nil)
        launch.config.tty = true
        #expect(try launch.specification().process?.consoleSize == expected)
    }
}
