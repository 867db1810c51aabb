import Cgroups
import LinuxSystem
import Testing

/// Version 2 files on a fixture.
@Suite struct ControlGroupV2Tests {
    let fixture: Fixture
    let layout: CgroupLayout
    let base = "/sys/fs/cgroup/docker/a/"

    init() throws {
        fixture = try Fixture()
        try fixture.put("/proc/self/mountinfo", mountInfoV2)
        try fixture.put("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n")
        layout = try CgroupLayout.detect(root: fixture.root)
        for folder in ["/sys/fs/cgroup", "/sys/fs/cgroup/docker"] {
            try fixture.put(folder + "/cgroup.subtree_control")
        }
        try fixture.putGroup(
            "/sys/fs/cgroup/docker/a",
            [
                "memory.max", "memory.swap.max", "memory.low", "cpu.max", "cpu.weight", "pids.max", "io.bfq.weight",
                "io.max",
                "cgroup.kill", "cgroup.procs", "cpuset.cpus",
            ])
    }

    @Test func writesLimits() throws {
        defer { fixture.remove() }
        try fixture.put(base + "cgroup.controllers", "cpuset cpu io memory pids")
        var resources = CgroupResources(pidsLimit: 100)
        resources.memory = .init(limit: 64 << 20, reservation: 1 << 20, swap: 96 << 20)
        resources.cpu = .init(shares: 1024, quota: 50_000, period: 100_000, cpus: "0-1")
        resources.blockIO = .init(weight: 300, limits: [.init(.writeOperations, major: 8, minor: 16, rate: 5)])
        _ = try ControlGroup.create("/docker/a", resources: resources, layout: layout)
        #expect(try fixture.text(base + "memory.max") == "67108864")
        #expect(try fixture.text(base + "memory.swap.max") == "33554432")
        #expect(try fixture.text(base + "memory.low") == "1048576")
        #expect(try fixture.text(base + "cpu.weight") == "39")
        #expect(try fixture.text(base + "cpu.max") == "50000 100000")
        #expect(try fixture.text(base + "cpuset.cpus") == "0-1")
        #expect(try fixture.text(base + "pids.max") == "100")
        #expect(try fixture.text(base + "io.bfq.weight") == "300")
        #expect(try fixture.text(base + "io.max") == "8:16 wiops=5")
    }

    @Test func passesMissingControllersOn() throws {
        defer { fixture.remove() }
        try fixture.put(base + "cgroup.controllers", "cpuset cpu io memory\n")
        _ = try ControlGroup.create("/docker/a", layout: layout)
        #expect(try fixture.text("/sys/fs/cgroup/cgroup.subtree_control") == "+pids")
        #expect(try fixture.text("/sys/fs/cgroup/docker/cgroup.subtree_control") == "+pids")
    }

    @Test func unlimitedIsMax() throws {
        defer { fixture.remove() }
        try fixture.put(base + "cgroup.controllers", "cpuset cpu io memory pids")
        let group = try ControlGroup("/docker/a", layout: layout)
        try group.update(
            CgroupResources(
                memory: .init(limit: -1, swap: -1), cpu: .init(quota: -1), pidsLimit: -1, unified: ["memory.low": "7"]))
        for name in ["memory.max", "memory.swap.max", "cpu.max", "pids.max"] {
            #expect(try fixture.text(base + name) == "max", "\(name)")
        }
        #expect(try fixture.text(base + "memory.low") == "7")
        #expect(throws: SystemError.self) {
            try group.update(CgroupResources(memory: .init(limit: 4 << 20, swap: 2 << 20)))
        }
        #expect(throws: SystemError.self) { try group.update(CgroupResources(unified: ["../x.y": "1"])) }
    }

    @Test func readsCounters() throws {
        defer { fixture.remove() }
        try fixture.put(
            base + "cpu.stat",
            "usage_usec 5000\nuser_usec 3000\nsystem_usec 2000\nnr_periods 4\nnr_throttled 1\nthrottled_usec 9\n")
        try fixture.put(base + "memory.current", "4096\n")
        try fixture.put(base + "memory.max", "max\n")
        try fixture.put(base + "memory.stat", "anon 1024\ninactive_file 2048\n")
        try fixture.put(base + "memory.events", "low 0\nhigh 0\nmax 2\noom 1\noom_kill 1\n")
        try fixture.put(base + "pids.current", "3\n")
        try fixture.put(base + "pids.max", "100\n")
        try fixture.put(base + "io.stat", "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n")
        let group = try ControlGroup("/docker/a", layout: layout)
        let stats = group.stats()
        #expect(stats.isUnified)
        #expect(stats.cpu.total == 5_000_000 && stats.cpu.userMode == 3_000_000 && stats.cpu.kernelMode == 2_000_000)
        #expect(stats.cpu.throttledTime == 9000 && stats.cpu.perCPU.isEmpty)
        #expect(stats.memory.usage == 4096 && stats.memory.limit == nil && stats.memory.failures == 1)
        #expect(stats.pids.current == 3 && stats.pids.limit == 100)
        #expect(stats.blockIO.serviceBytes.map(\.value) == [10, 20])
        #expect(stats.blockIO.serviceBytes.map(\.operation) == ["read", "write"])
        #expect(group.oomKillCount() == 1)
    }

    @Test func killsByTheKernelsOwnFile() throws {
        defer { fixture.remove() }
        try ControlGroup("/docker/a", layout: layout).kill()
        #expect(try fixture.text(base + "cgroup.kill") == "1")
    }
}
