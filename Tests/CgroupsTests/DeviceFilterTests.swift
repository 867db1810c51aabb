import Glibc
import LinuxSystem
import Testing

@testable import Cgroups

@Suite struct DeviceFilterTests {
    struct Case: Sendable {
        var kind: CgroupDeviceRule.Kind
        var major: UInt32
        var minor: UInt32
        var access: CgroupDeviceRule.Access
        var isAllowed: Bool
    }

    static let rules = [
        CgroupDeviceRule(allow: true, kind: .block, major: 200),
        CgroupDeviceRule(allow: false),
        CgroupDeviceRule(allow: true, kind: .character, access: .makeNode),
        CgroupDeviceRule(allow: true, kind: .character, major: 1, minor: 3),
        CgroupDeviceRule(allow: true, kind: .character, major: 136),
        CgroupDeviceRule(allow: true, kind: .block, major: 8, access: .read),
        CgroupDeviceRule(allow: true, kind: .block, major: 8, minor: 1, access: .write),
        CgroupDeviceRule(allow: false, kind: .character, major: 136, minor: 7, access: .write),
    ]

    static let cases = [
        Case(kind: .character, major: 1, minor: 3, access: [.read, .write], isAllowed: true),
        Case(kind: .character, major: 1, minor: 4, access: .read, isAllowed: false),
        Case(kind: .character, major: 1, minor: 4, access: .makeNode, isAllowed: true),
        Case(kind: .block, major: 1, minor: 3, access: .makeNode, isAllowed: false),
        Case(kind: .character, major: 136, minor: 0, access: .all, isAllowed: true),
        Case(kind: .character, major: 136, minor: 7, access: .read, isAllowed: true),
        Case(kind: .character, major: 136, minor: 7, access: [.read, .write], isAllowed: false),
        Case(kind: .block, major: 8, minor: 0, access: .read, isAllowed: true),
        Case(kind: .block, major: 8, minor: 0, access: .write, isAllowed: false),
        // Each bit by a rule of its own.
        Case(kind: .block, major: 8, minor: 1, access: [.read, .write], isAllowed: true),
        // Allowed by a rule that a later one about everything made void.
        Case(kind: .block, major: 200, minor: 0, access: .read, isAllowed: false),
    ]

    @Test(arguments: cases) func decidesAsTheRulesSay(_ test: Case) throws {
        let program = DeviceFilter.program(for: Self.rules)
        #expect(try run(program, test) == test.isAllowed)
    }

    @Test func allowsAllWhenTheLastRuleSaysSo() throws {
        let program = DeviceFilter.program(for: Self.rules + [CgroupDeviceRule(allow: true)])
        for test in Self.cases { #expect(try run(program, test)) }
    }

    /// The version 2 tree may be empty of controllers; programs attach all the same.
    @Test func theKernelTakesAndReplacesTheProgram() throws {
        guard geteuid() == 0, let mount = try? CgroupLayout.detect().unifiedMountPoint else {
            if getenv("REQUIRE_ALL") != nil { Issue.record("needs root and a version 2 tree") }
            return
        }
        let path = mount + "/martlet-test-\(UInt32.random(in: 0 ... .max))"
        try HostDirectory.makeAll(path, mode: 0o755)
        defer { rmdir(path) }
        let folder = CgroupFolder(path: path, controllers: [.devices], isUnified: true)
        try DeviceFiles.applyV2(CgroupResources(devices: Self.rules), to: folder)
        try DeviceFiles.applyV2(CgroupResources(devices: Self.rules), to: folder)
        #expect(try reads("/dev/null", from: path))
        #expect(try !reads("/dev/zero", from: path))
        try DeviceFiles.applyV2(CgroupResources(devices: [CgroupDeviceRule(allow: true)]), to: folder)
        #expect(try reads("/dev/zero", from: path))
    }

    /// Whether a process in the group can open a device.
    private func reads(_ device: String, from group: String) throws -> Bool {
        var pid: pid_t = 0
        let script = "echo $$ > \(group)/cgroup.procs && exec head -c0 \(device) 2>/dev/null"
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(script), nil]
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawn(&pid, "/bin/sh", nil, nil, &arguments, environ) == 0)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return status == 0
    }

    /// A machine for the few instructions that filters have, after the instruction set's document.
    private func run(_ program: [UInt64], _ test: Case) throws -> Bool {
        var registers = [UInt32](repeating: 0, count: 11)
        let type: UInt32 = test.kind == .block ? 1 : 2
        let context = [UInt32(test.access.rawValue) << 16 | type, test.major, test.minor]
        var next = 0
        for _ in 0..<10_000 {
            try #require(program.indices.contains(next))
            let word = program[next]
            let (to, from) = (Int(word >> 8 & 0xF), Int(word >> 12 & 0xF))
            let offset = Int(Int16(truncatingIfNeeded: word >> 16))
            let value = UInt32(truncatingIfNeeded: word >> 32)
            next += 1
            switch UInt8(truncatingIfNeeded: word) {
            case 0x61: registers[to] = context[offset / 4]
            case 0xBC: registers[to] = registers[from]
            case 0xB4: registers[to] = value
            case 0x54: registers[to] &= value
            case 0x74: registers[to] >>= value
            case 0x05: next += offset
            case 0x16: if registers[to] == value { next += offset }
            case 0x56: if registers[to] != value { next += offset }
            case 0x46: if registers[to] & value != 0 { next += offset }
            case 0x95: return registers[0] != 0
            default: Issue.record("unknown instruction \(word)")
            }
        }
        Issue.record("the program does not end")
        return false
    }
}
