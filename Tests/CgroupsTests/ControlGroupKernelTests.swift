import Cgroups
import Glibc
import LinuxSystem
import Testing

/// Against the running kernel: needs root and mounted hierarchies.
@Suite(.serialized) struct ControlGroupKernelTests {
    /// Runs `body` with a group of a random name, and takes it away again.
    static func withGroup(
        _ resources: CgroupResources = CgroupResources(), version2: Bool = false,
        _ body: (ControlGroup) throws -> Void
    ) throws {
        let found = try? version2 ? unifiedLayout() : CgroupLayout.detect()
        guard geteuid() == 0, let layout = found, !layout.hierarchies.isEmpty else {
            if getenv("REQUIRE_ALL") != nil { Issue.record("needs root and control groups") }
            return
        }
        let parent = "/martlet-test-\(UInt32.random(in: 0 ... .max))"
        let group = try ControlGroup.create(parent + "/a", resources: resources, layout: layout)
        do { try body(group) } catch {
            try? group.kill()
            try? ControlGroup(parent, layout: layout).remove()
            throw error
        }
        try? group.kill()
        try ControlGroup(parent, layout: layout).remove()
        for folder in group.folders { #expect(!HostFile.exists(folder.path)) }
    }

    /// The version 2 tree as if it were alone. Freezing, killing and accounting work there without any controller.
    static func unifiedLayout() throws -> CgroupLayout {
        let mountPoint = try #require(try CgroupLayout.detect().unifiedMountPoint)
        let tree = CgroupLayout.Hierarchy(mountPoint: mountPoint, controllers: [.cpuacct, .freezer], isUnified: true)
        return CgroupLayout(version: .v2, hierarchies: [tree], unifiedMountPoint: mountPoint)
    }

    /// A child that sleeps until it is killed; the caller waits for it.
    static func spawnSleeper() throws -> Int32 {
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60"), nil]
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawn(&pid, "/bin/sleep", nil, nil, &arguments, environ) == 0)
        return pid
    }

    @Test(arguments: [false, true]) func holdsFreezesAndKillsProcesses(version2: Bool) throws {
        try Self.withGroup(version2: version2) { group in
            let pids = [try Self.spawnSleeper(), try Self.spawnSleeper()]
            for pid in pids { try group.add(pid: pid) }
            #expect(try group.processes() == pids.sorted())
            try group.freeze()
            #expect(group.isFrozen)
            try group.thaw()
            #expect(!group.isFrozen)
            try group.freeze()
            try group.kill()
            for pid in pids {
                var status: Int32 = 0
                #expect(waitpid(pid, &status, 0) == pid)
                #expect(status & 0x7F == SIGKILL)
            }
            #expect(try group.processes().isEmpty)
        }
    }

    @Test func limitsAreInTheKernel() throws {
        var resources = CgroupResources(pidsLimit: 50)
        resources.memory = .init(limit: 32 << 20, swap: 64 << 20)
        resources.cpu = .init(shares: 256, quota: 20_000, period: 50_000)
        try Self.withGroup(resources) { group in
            let stats = group.stats()
            #expect(stats.memory.limit == 32 << 20)
            #expect(stats.pids.limit == 50)
            // Up and down again: the order of limit and limit with swap matters to the kernel.
            try group.update(CgroupResources(memory: .init(limit: 128 << 20, swap: 256 << 20)))
            #expect(group.stats().memory.limit == 128 << 20)
            try group.update(CgroupResources(memory: .init(limit: 16 << 20, swap: 32 << 20)))
            #expect(group.stats().memory.limit == 16 << 20)
        }
    }

    @Test func removesGroupsThatTheContainerMade() throws {
        try Self.withGroup { group in
            for folder in group.folders { try HostDirectory.makeAll(folder.path + "/x/y", mode: 0o755) }
        }
    }

    @Test func tellsOfMemoryRunningOut() throws {
        var resources = CgroupResources()
        resources.memory = .init(limit: 8 << 20, swap: 8 << 20)
        try Self.withGroup(resources) { group in
            let watch = try group.watchMemory()
            var pid: pid_t = 0
            // `tail` keeps an endless line in memory; the shell waits for us to put it into the group.
            let script = "read line && exec tail -n1 /dev/zero"
            var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(script), nil]
            defer { for argument in arguments { free(argument) } }
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            let input = FD(owning: ends[0])
            let output = FD(owning: ends[1])
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            posix_spawn_file_actions_adddup2(&actions, input.rawValue, 0)
            defer { posix_spawn_file_actions_destroy(&actions) }
            try #require(posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, environ) == 0)
            try group.add(pid: pid)
            try output.writeAll(Array("go\n".utf8))
            #expect(try watch.fd.wait(upTo: .seconds(30)))
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            #expect(status & 0x7F == SIGKILL)
            #expect(group.oomKillCount() == 1)
        }
    }

    @Test func makingAndRemovingAGroupIsQuick() throws {
        guard geteuid() == 0, let layout = try? CgroupLayout.detect() else { return }
        let parent = "/martlet-test-\(UInt32.random(in: 0 ... .max))"
        let clock = ContinuousClock()
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            var group: ControlGroup?
            best = min(best, try clock.measure { group = try ControlGroup.create(parent + "/a", layout: layout) })
            try group?.remove()
        }
        try ControlGroup(parent, layout: layout).remove()
        print("control group made in \(best)")
        #expect(best < .milliseconds(20))
    }
}
