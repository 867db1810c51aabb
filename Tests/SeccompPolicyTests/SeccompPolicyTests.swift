import OCIRuntime
import Primitives
import SeccompPolicy
import Testing

#if arch(x86_64)
@Suite struct SeccompPolicyTests {
    /// A call and what becomes of it: nil is allowed, else the errno.
    struct Case: Sendable {
        var name: String
        var number: UInt32
        var arguments: [UInt64] = []
        var architecture = x86_64
        var capabilities = docker
        var errno: UInt32?
    }

    static let x86_64: UInt32 = 0xC000_003E
    static let i386: UInt32 = 0x4000_0003
    static let docker = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
        "CAP_AUDIT_WRITE",
    ]
    static let kernel = SeccompProfile.Host(architecture: "amd64", kernelMajor: 6, kernelMinor: 18)

    static let cases = [
        Case(name: "read", number: 0),
        Case(name: "chroot", number: 161),
        Case(name: "chroot without its capability", number: 161, capabilities: [], errno: 1),
        Case(name: "mount", number: 165, errno: 1),
        Case(name: "mount as admin", number: 165, capabilities: docker + ["CAP_SYS_ADMIN"]),
        Case(name: "keyctl", number: 250, errno: 1),
        Case(name: "unshare", number: 272, errno: 1),
        Case(name: "ptrace", number: 101),
        Case(name: "arch_prctl", number: 158),
        Case(name: "clone of a thread", number: 56, arguments: [0x3D0F00]),
        Case(name: "clone with a user namespace", number: 56, arguments: [0x1000_0000], errno: 1),
        Case(
            name: "clone with namespaces as admin", number: 56, arguments: [0x1000_0000],
            capabilities: docker + ["CAP_SYS_ADMIN"]),
        Case(name: "clone3", number: 435, errno: 38),
        Case(name: "clone3 as admin", number: 435, capabilities: docker + ["CAP_SYS_ADMIN"]),
        Case(name: "socket AF_INET", number: 41, arguments: [2]),
        Case(name: "socket AF_ALG", number: 41, arguments: [38], errno: 1),
        Case(name: "socket AF_VSOCK", number: 41, arguments: [40], errno: 1),
        Case(name: "socket AF_XDP", number: 41, arguments: [44]),
        Case(name: "personality of Linux", number: 135, arguments: [0]),
        Case(name: "personality asked", number: 135, arguments: [0xFFFF_FFFF]),
        Case(name: "personality without randomization", number: 135, arguments: [0x40000], errno: 1),
        Case(name: "mseal, which is younger than the library", number: 462),
        Case(name: "fchmodat2", number: 452),
        Case(name: "a call that nobody knows", number: 600, errno: 38),
        Case(name: "lsm_list_modules, for admins only", number: 461, errno: 1),
        Case(name: "i386 read", number: 3, architecture: i386),
        Case(name: "i386 mount", number: 21, architecture: i386, errno: 1),
        Case(name: "i386 modify_ldt", number: 123, architecture: i386),
        Case(name: "x32 read", number: 0x4000_0000),
        Case(name: "x32 mount", number: 0x4000_0000 + 165, errno: 1),
        Case(name: "x32 mseal", number: 0x4000_0000 + 462),
    ]

    @Test(arguments: cases) func theStandardProfileDecidesAsDockersDoes(_ test: Case) throws {
        let policy = SeccompPolicy(host: Self.kernel)
        let filter = try #require(try policy.filter(for: .standard, capabilities: test.capabilities))
        let answer = try BPFMachine(filter).answer(
            number: test.number, architecture: test.architecture, arguments: test.arguments)
        #expect(answer == (test.errno.map { 0x0005_0000 | $0 } ?? 0x7FFF_0000), "\(test.name)")
    }

    @Test func oldKernelsDoNotGetPtrace() throws {
        let host = SeccompProfile.Host(architecture: "amd64", kernelMajor: 4, kernelMinor: 4)
        let filter = try #require(try SeccompPolicy(host: host).filter(for: .standard, capabilities: []))
        #expect(try BPFMachine(filter).answer(number: 101, architecture: Self.x86_64) == 0x0005_0001)
    }

    @Test func unconfinedIsNoFilter() throws {
        #expect(try SeccompPolicy(host: Self.kernel).filter(for: .unconfined, capabilities: []) == nil)
        #expect(try SeccompPolicy(host: Self.kernel).filter(for: .profile("{}"), capabilities: []) == nil)
    }

    @Test func readsACustomProfile() throws {
        let json = #"""
            {"defaultAction":"SCMP_ACT_ALLOW","architectures":null,"archMap":[{"architecture":"SCMP_ARCH_X86_64",
            "subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]}],"comment":"x","syscalls":[
            {"name":"mkdir","action":"SCMP_ACT_ERRNO","args":null,"comment":"","includes":{},"excludes":{}},
            {"names":["chmod","no_such_call"],"action":"SCMP_ACT_ERRNO","errnoRet":13},
            {"names":["getpid"],"action":"SCMP_ACT_KILL_PROCESS"},
            {"names":["dup"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":7,"valueTwo":0,"op":"SCMP_CMP_EQ"},
            {"index":0,"value":9,"valueTwo":0,"op":"SCMP_CMP_EQ"}]},
            {"names":["acct"],"action":"SCMP_ACT_LOG","includes":{"caps":["CAP_SYS_PACCT"]}}]}
            """#
        let policy = SeccompPolicy(host: Self.kernel)
        let filter = try #require(try policy.filter(for: .profile(json), capabilities: ["CAP_SYS_PACCT"]))
        let machine = BPFMachine(filter)
        #expect(try machine.answer(number: 0, architecture: Self.x86_64) == 0x7FFF_0000)
        #expect(try machine.answer(number: 83, architecture: Self.x86_64) == 0x0005_0001)
        #expect(try machine.answer(number: 90, architecture: Self.x86_64) == 0x0005_000D)
        #expect(try machine.answer(number: 39, architecture: Self.x86_64) == 0x8000_0000)
        #expect(try machine.answer(number: 32, architecture: Self.x86_64, arguments: [7]) == 0x0005_0001)
        #expect(try machine.answer(number: 32, architecture: Self.x86_64, arguments: [9]) == 0x0005_0001)
        #expect(try machine.answer(number: 32, architecture: Self.x86_64, arguments: [8]) == 0x7FFF_0000)
        #expect(try machine.answer(number: 163, architecture: Self.x86_64) == 0x7FFC_0000)
        // What is not denied is not unknown either.
        #expect(try machine.answer(number: 600, architecture: Self.x86_64) == 0x7FFF_0000)
    }

    @Test(arguments: [
        "{", "[]", #"{"defaultAction":"SCMP_ACT_SING"}"#, #"{"defaultAction":7}"#,
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"a","names":["b"],"action":"SCMP_ACT_ERRNO"}]}"#,
        #"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"archMap":[{"architecture":"a"}]}"#,
        #"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_PDP11"]}"#,
        #"{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG"]}"#,
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["dup"],"action":"SCMP_ACT_ERRNO","args":[{"index":6,"value":0,"op":"SCMP_CMP_EQ"}]}]}"#,
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["dup"],"action":"SCMP_ACT_ERRNO","includes":{"minKernel":"x"}}]}"#,
    ])
    func refusesBrokenProfiles(json: String) {
        #expect(throws: EngineError.self) {
            try SeccompPolicy(host: Self.kernel).filter(for: .profile(json), capabilities: [])
        }
    }

    @Test func asksTheLibraryOnce() throws {
        let policy = SeccompPolicy(host: Self.kernel)
        let clock = ContinuousClock()
        let first = try clock.measure { _ = try policy.filter(for: .standard, capabilities: Self.docker) }
        let second = try clock.measure { _ = try policy.filter(for: .standard, capabilities: Self.docker.reversed()) }
        print(
            "seccomp: \(first), then \(second), \((try policy.filter(for: .standard, capabilities: Self.docker)?.count ?? 0) / 8) instructions"
        )
        #expect(second < first)
    }
}
#endif
