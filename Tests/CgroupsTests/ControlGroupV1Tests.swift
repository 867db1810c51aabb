import Cgroups
import LinuxSystem
import Testing

/// Version 1 files on a fixture.
@Suite struct ControlGroupV1Tests {
    let fixture: Fixture
    let layout: CgroupLayout

    init() throws {
        fixture = try Fixture()
        layout = try CgroupLayout.detect(mounts: CgroupMount.parse(Array(mountInfoV1.utf8)), root: fixture.root)
        try fixture.put("/sys/fs/cgroup/cpuset/cpuset.cpus", "0-3\n")
        try fixture.put("/sys/fs/cgroup/cpuset/cpuset.mems", "0\n")
        try fixture.putGroup("/sys/fs/cgroup/cpuset/docker", ["cpuset.cpus", "cpuset.mems", "cgroup.clone_children"])
        try fixture.putGroup("/sys/fs/cgroup/cpuset/docker/a", ["cpuset.cpus", "cpuset.mems", "cgroup.procs"])
        try fixture.putGroup(
            "/sys/fs/cgroup/cpu,cpuacct/docker/a",
            [
                "cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us", "cgroup.procs",
            ])
        try fixture.putGroup(
            "/sys/fs/cgroup/memory/docker/a",
            [
                "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes",
                "memory.oom_control",
                "memory.swappiness", "cgroup.procs",
            ])
        try fixture.putGroup("/sys/fs/cgroup/devices/docker/a", ["devices.allow", "devices.deny", "cgroup.procs"])
        try fixture.putGroup(
            "/sys/fs/cgroup/blk io/docker/a",
            [
                "blkio.bfq.weight", "blkio.throttle.read_bps_device", "cgroup.procs",
            ])
    }

    @Test func writesLimitsAndInheritsTheProcessorSet() throws {
        defer { fixture.remove() }
        var resources = CgroupResources()
        resources.memory = .init(limit: 64 << 20, reservation: 32 << 20, swap: 128 << 20, disableOOMKiller: true)
        resources.cpu = .init(shares: 512, quota: 50_000, period: 100_000)
        resources.blockIO = .init(weight: 300, limits: [.init(.readBytes, major: 8, minor: 0, rate: 1024)])
        let group = try ControlGroup.create("/docker/a", resources: resources, layout: layout)
        try group.add(pid: 42)
        let base = "/sys/fs/cgroup/"
        #expect(try fixture.text(base + "memory/docker/a/memory.limit_in_bytes") == "67108864")
        #expect(try fixture.text(base + "memory/docker/a/memory.memsw.limit_in_bytes") == "134217728")
        #expect(try fixture.text(base + "memory/docker/a/memory.soft_limit_in_bytes") == "33554432")
        #expect(try fixture.text(base + "memory/docker/a/memory.oom_control") == "1")
        #expect(try fixture.text(base + "cpu,cpuacct/docker/a/cpu.shares") == "512")
        #expect(try fixture.text(base + "cpu,cpuacct/docker/a/cpu.cfs_quota_us") == "50000")
        #expect(try fixture.text(base + "cpuset/docker/cpuset.cpus") == "0-3\n")
        #expect(try fixture.text(base + "cpuset/docker/cgroup.clone_children") == "1")
        #expect(try fixture.text(base + "cpuset/docker/a/cpuset.cpus") == "0-3\n")
        #expect(try fixture.text(base + "cpuset/docker/a/cpuset.mems") == "0\n")
        #expect(try fixture.text(base + "blk io/docker/a/blkio.bfq.weight") == "300")
        #expect(try fixture.text(base + "blk io/docker/a/blkio.throttle.read_bps_device") == "8:0 1024")
        #expect(try fixture.text(base + "memory/docker/a/cgroup.procs") == "42")
    }

    @Test func writesDeviceRulesAfterDenyingAll() throws {
        defer { fixture.remove() }
        let group = try ControlGroup("/docker/a", layout: layout)
        try group.update(
            CgroupResources(devices: [
                CgroupDeviceRule(allow: true, kind: .block, major: 7),
                CgroupDeviceRule(allow: false),
                CgroupDeviceRule(allow: true, kind: .character, major: 1, minor: 3),
                CgroupDeviceRule(allow: true, kind: .all, access: .makeNode),
            ]))
        #expect(try fixture.text("/sys/fs/cgroup/devices/docker/a/devices.deny") == "a")
        #expect(try fixture.text("/sys/fs/cgroup/devices/docker/a/devices.allow") == "c 1:3 rwmb *:* mc *:* m")
    }

    @Test func refusesASwapLimitThatTheKernelCannotKeep() throws {
        defer { fixture.remove() }
        try HostFile.remove(fixture.root + "/sys/fs/cgroup/memory/docker/a/memory.memsw.limit_in_bytes")
        let group = try ControlGroup("/docker/a", layout: layout)
        try group.update(CgroupResources(memory: .init(limit: 1 << 20, swap: -1)))
        #expect(throws: SystemError.self) {
            try group.update(CgroupResources(memory: .init(limit: 1 << 20, swap: 2 << 20)))
        }
    }

    @Test func readsCounters() throws {
        defer { fixture.remove() }
        let base = "/sys/fs/cgroup/"
        try fixture.put(base + "cpu,cpuacct/docker/a/cpuacct.usage", "5000000000\n")
        try fixture.put(base + "cpu,cpuacct/docker/a/cpuacct.usage_percpu", "2000000000 3000000000 \n")
        try fixture.put(base + "cpu,cpuacct/docker/a/cpuacct.stat", "user 300\nsystem 200\n")
        try fixture.put(
            base + "cpu,cpuacct/docker/a/cpu.stat", "nr_periods 7\nnr_throttled 2\nthrottled_time 123456\n")
        try fixture.put(base + "memory/docker/a/memory.usage_in_bytes", "1048576\n")
        try fixture.put(base + "memory/docker/a/memory.limit_in_bytes", "9223372036854771712\n")
        try fixture.put(base + "memory/docker/a/memory.failcnt", "9\n")
        try fixture.put(base + "memory/docker/a/memory.stat", "cache 4096\nrss 8192\ntotal_inactive_file 12\n")
        try fixture.put(base + "memory/docker/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
        try fixture.put(
            base + "blk io/docker/a/blkio.throttle.io_service_bytes_recursive",
            "8:0 Read 4096\n8:0 Write 100\n8:0 Total 4196\nTotal 4196\n")
        let group = try ControlGroup("/docker/a", layout: layout)
        let stats = group.stats()
        #expect(stats.cpu.total == 5_000_000_000)
        #expect(stats.cpu.perCPU == [2_000_000_000, 3_000_000_000])
        #expect(stats.cpu.userMode == 3_000_000_000 && stats.cpu.kernelMode == 2_000_000_000)
        #expect(stats.cpu.periods == 7 && stats.cpu.throttledPeriods == 2 && stats.cpu.throttledTime == 123_456)
        #expect(stats.memory.usage == 1 << 20 && stats.memory.limit == nil && stats.memory.failures == 9)
        #expect(stats.memory.statistics == ["cache": 4096, "rss": 8192, "total_inactive_file": 12])
        #expect(stats.blockIO.serviceBytes.map(\.operation) == ["Read", "Write", "Total"])
        #expect(stats.blockIO.serviceBytes.map(\.value) == [4096, 100, 4196])
        #expect(group.oomKillCount() == 3)
        #expect(!stats.isUnified)
    }

    @Test func findsProcessesOfGroupsBelow() throws {
        defer { fixture.remove() }
        try fixture.put("/sys/fs/cgroup/cpu,cpuacct/docker/a/cgroup.procs", "12\n7\n")
        try fixture.put("/sys/fs/cgroup/cpu,cpuacct/docker/a/inner/cgroup.procs", "31\n7\n")
        #expect(try ControlGroup("/docker/a", layout: layout).processes() == [7, 12, 31])
    }

    @Test func putsARelativePathBelowTheGroupOfProcess1() throws {
        defer { fixture.remove() }
        try fixture.put("/proc/1/cgroup", "9:name=systemd:/init\n4:memory:/outer/x\n1:cpu,cpuacct:/\n0::/\n")
        let group = try ControlGroup("mine/a", layout: layout)
        #expect(group.folder(for: .memory)?.path == fixture.root + "/sys/fs/cgroup/memory/outer/x/mine/a")
        #expect(group.folder(for: .cpu)?.path == fixture.root + "/sys/fs/cgroup/cpu,cpuacct/mine/a")
    }

    @Test(arguments: ["", "/", "/a/../../b", ".."]) func refusesPathsThatLeave(path: String) throws {
        defer { fixture.remove() }
        #expect(throws: SystemError.self) { try ControlGroup(path, layout: layout) }
    }
}
