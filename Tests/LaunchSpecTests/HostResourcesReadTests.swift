import LinuxSystem
import Testing

@testable import LaunchSpec

@Suite struct HostResourcesReadTests {
    /// Files of a machine with version 1, on a fixture.
    @Test func looksAtTheControllersFolders() throws {
        let root = "/tmp/martlet-host-\(UInt64.random(in: 0 ... .max))"
        defer { try? HostDirectory.removeTree(root) }
        func put(_ path: String, _ text: String = "") throws {
            try HostDirectory.makeAll(HostDirectory.parent(of: root + path))
            try HostFile.write(root + path, Array(text.utf8))
        }
        try put("/memory/memory.limit_in_bytes")
        try put("/memory/memory.swappiness")
        try put("/cpuset/cpuset.cpus", "0-2\n")
        try put("/cpuset/cpuset.mems", "0\n")
        try put("/sys/devices/system/cpu/online", "0-3\n")
        try put("/proc/sys/net/ipv4/ip_forward", "0\n")
        let host = HostResources.read(root: root) { name in
            ["memory", "cpuset"].contains(name) ? (root + "/" + name, false) : nil
        }
        #expect(host.hasMemoryLimit && host.hasSwappiness && host.hasOOMKillDisable)
        #expect(!host.hasSwapLimit && !host.hasPidsLimit && !host.hasCPUShares && !host.hasBlockIOWeight)
        #expect(host.cpus == "0-2" && host.mems == "0" && host.cpuCount == 4 && !host.forwardsIPv4)
    }
}
