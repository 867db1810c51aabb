import Cgroups
import LinuxSystem
import Testing

@Suite struct CgroupLayoutTests {
    @Test func findsVersion1HierarchiesWithSharedOnesAndOddNames() throws {
        let layout = try CgroupLayout.detect(mounts: CgroupMount.parse(Array(mountInfoV1.utf8)))
        #expect(layout.version == .v1)
        #expect(
            layout.hierarchies.map(\.mountPoint) == [
                "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpuset", "/sys/fs/cgroup/memory",
                "/sys/fs/cgroup/devices",
                "/sys/fs/cgroup/blk io",
            ])
        #expect(layout.hierarchies[0].controllers == [.cpu, .cpuacct])
        #expect(layout.has(.memory) && !layout.has(.pids))
    }

    @Test func findsVersion2WithItsControllers() throws {
        let fixture = try Fixture()
        defer { fixture.remove() }
        try fixture.put("/proc/self/mountinfo", mountInfoV2)
        try fixture.put("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids misc\n")
        let layout = try CgroupLayout.detect(root: fixture.root)
        #expect(layout.version == .v2)
        #expect(layout.hierarchies.count == 1)
        #expect(
            Set(layout.hierarchies[0].controllers) == [
                .memory, .cpu, .cpuacct, .cpuset, .pids, .devices, .freezer, .blkio,
            ])
    }

    @Test func leavesAnEmptyVersion2TreeAlone() throws {
        let fixture = try Fixture()
        defer { fixture.remove() }
        try fixture.put(
            "/proc/self/mountinfo", mountInfoV1 + "\n" + mountInfoV2.replacing("cgroup rw,", "cgroup/unified rw,"))
        try fixture.put("/sys/fs/cgroup/unified/cgroup.controllers", "\n")
        let layout = try CgroupLayout.detect(root: fixture.root)
        #expect(layout.version == .hybrid)
        #expect(layout.hierarchies.allSatisfy { !$0.isUnified })
        #expect(layout.unifiedMountPoint == fixture.root + "/sys/fs/cgroup/unified")
    }

    @Test func takesControllersThatOnlyVersion2Has() throws {
        let fixture = try Fixture()
        defer { fixture.remove() }
        try fixture.put(
            "/proc/self/mountinfo", mountInfoV1 + "\n" + mountInfoV2.replacing("cgroup rw,", "cgroup/unified rw,"))
        try fixture.put("/sys/fs/cgroup/unified/cgroup.controllers", "pids memory\n")
        let layout = try CgroupLayout.detect(root: fixture.root)
        #expect(layout.hierarchies.last?.isUnified == true)
        #expect(layout.hierarchies.last?.controllers == [.pids])
    }

    @Test func refusesAMachineWithoutControlGroups() {
        #expect(throws: SystemError.self) { try CgroupLayout.detect(mounts: []) }
    }
}

extension String {
    func replacing(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
