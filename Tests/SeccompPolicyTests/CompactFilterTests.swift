import OCIRuntime
import Primitives
import Testing

@testable import SeccompPolicy

#if arch(x86_64)
@Suite struct CompactFilterTests {
    static let profiles = [
        "", #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","chmod"],"action":"SCMP_ACT_ERRNO"}]}"#,
        // socketcall(2) of i386 is asked for its first argument here.
        #"""
        {"defaultAction":"SCMP_ACT_KILL_PROCESS","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"],
        "syscalls":[{"names":["read","write","bind","semop","exit_group","mseal"],"action":"SCMP_ACT_ALLOW"},
        {"names":["prctl"],"action":"SCMP_ACT_ERRNO","errnoRet":95,"args":[
        {"index":0,"value":22,"op":"SCMP_CMP_GE"},{"index":1,"value":4294967296,"valueTwo":4294967296,"op":"SCMP_CMP_MASKED_EQ"}]},
        {"names":["lseek"],"action":"SCMP_ACT_LOG","args":[{"index":1,"value":81985529216486895,"op":"SCMP_CMP_LT"}]}]}
        """#,
    ]

    /// The library's program is the reference: both have to say the same for every call.
    @Test(arguments: profiles) func decidesAsTheLibrarysProgramDoes(json: String) throws {
        let policy = SeccompPolicy(host: SeccompProfile.Host(kernelMajor: 6, kernelMinor: 18))
        let choice = json.isEmpty ? SeccompPolicy.Choice.standard : .profile(json)
        let rules = try #require(try policy.rules(for: choice, capabilities: ["CAP_SYS_CHROOT"]))
        let long = BPFMachine(try SeccompCompiler.compile(rules, isCompact: false))
        let short = BPFMachine(try SeccompCompiler.compile(rules))
        #expect(short.count <= long.count)
        let values: [UInt64] = [
            0, 1, 2, 8, 21, 22, 38, 39, 40, 0x20008, 0x1000_0000, 0x7E02_0000, 0xFFFF_FFFF, 1 << 32, .max,
            81_985_529_216_486_894, 81_985_529_216_486_895,
        ]
        for architecture: UInt32 in [0xC000_003E, 0x4000_0003] {
            for base: UInt32 in [0, 0x4000_0000, 0xC000_0000] {
                for number in Array(0..<UInt32(620)) + [983_042, 983_045, 0x3FFF_FFFF] {
                    let arguments = [values.randomElement() ?? 0, values.randomElement() ?? 0]
                    try compare(long, short, number | base, architecture, arguments)
                }
                for number: UInt32 in [8, 41, 54, 56, 102, 120, 135, 136, 157, 172, 19] {
                    for value in values {
                        for second in values.suffix(6) {
                            try compare(long, short, number | base, architecture, [value, second])
                        }
                    }
                }
            }
        }
    }

    private func compare(
        _ long: BPFMachine, _ short: BPFMachine, _ number: UInt32, _ architecture: UInt32, _ arguments: [UInt64]
    ) throws {
        let expected = try long.answer(number: number, architecture: architecture, arguments: arguments)
        let answer = try short.answer(number: number, architecture: architecture, arguments: arguments)
        if answer != expected {
            Issue.record("call \(number) \(arguments) of \(architecture): \(answer), not \(expected)")
        }
    }

    @Test func strangersAreKilled() throws {
        let policy = SeccompPolicy(host: SeccompProfile.Host(kernelMajor: 6, kernelMinor: 18))
        let filter = try #require(try policy.filter(for: .standard, capabilities: []))
        #expect(try BPFMachine(filter).answer(number: 0, architecture: 0xC000_00B7) == 0)
    }
}
#endif
