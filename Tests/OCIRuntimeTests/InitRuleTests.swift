import LinuxSystem
import OrderedJSON
import Primitives
import Testing

@testable import OCIRuntime

@Suite struct UserLookupTests {
    private let lookup = UserLookup(
        passwd:
            "# comment\nroot:x:0:0:root:/root:/bin/sh\nweb:x:1000:1001:w:/home/web:/bin/sh\n42:x:7:7::/n:/x\nshort:x:5\n",
        group: "root:x:0:\nweb:x:1001:\nextra:x:2000:bob,web\nstaff:x:50:web\n")

    struct Case: Sendable {
        var spec: String
        var uid, gid: UInt32
        var groups: [UInt32]
        var home: String
    }

    @Test(arguments: [
        Case(spec: "", uid: 0, gid: 0, groups: [0], home: "/root"),
        Case(spec: "web", uid: 1000, gid: 1001, groups: [1001, 2000, 50], home: "/home/web"),
        Case(spec: "1000", uid: 1000, gid: 1001, groups: [1001, 2000, 50], home: "/home/web"),
        Case(spec: "web:extra", uid: 1000, gid: 2000, groups: [2000], home: "/home/web"),
        Case(spec: "web:7", uid: 1000, gid: 7, groups: [7], home: "/home/web"),
        Case(spec: "9999", uid: 9999, gid: 0, groups: [0], home: "/"),
        Case(spec: "9999:9998", uid: 9999, gid: 9998, groups: [9998], home: "/"),
        // A user whose name is a number comes before the number.
        Case(spec: "42", uid: 7, gid: 7, groups: [7], home: "/n"),
    ])
    func findsUsers(_ example: Case) throws {
        let user = try lookup.resolve(example.spec, additional: [])
        #expect(user == ResolvedUser(uid: example.uid, gid: example.gid, groups: example.groups, home: example.home))
    }

    @Test func addsGroups() throws {
        #expect(try lookup.resolve("9999", additional: ["staff", "77"]).groups == [0, 50, 77])
    }

    @Test(arguments: [
        ("nobody", "unable to find user nobody: no matching entries in passwd file"),
        ("web:nogroup", "unable to find group nogroup: no matching entries in group file"),
        ("4294967296", "uids and gids must be in range 0-2147483647"),
        ("-1", "unable to find user -1: no matching entries in passwd file"),
    ])
    func refuses(_ spec: String, _ message: String) {
        #expect(throws: StartFailure(.other, message)) { try lookup.resolve(spec, additional: []) }
    }
}

@Suite struct ProgramLookupTests {
    private let lookup = ProgramLookup { path in
        switch path {
        case "/bin/ls", "/usr/bin/tool", "./here": .executable
        case "/bin/text": .notExecutable
        case "/bin", "/sbin/dir": .directory
        default: .missing(reason: "no such file or directory")
        }
    }

    @Test func searchesThePathInOrder() throws {
        #expect(try lookup.find("tool", environment: ["PATH=/bin:/usr/bin"]) == "/usr/bin/tool")
        #expect(try lookup.find("ls", environment: ["PATH=/x", "PATH=/bin"]) == "/bin/ls")
        #expect(try lookup.find("here", environment: ["PATH=:/bin"]) == "./here")
    }

    @Test func takesPathsAsTheyAre() throws {
        #expect(try lookup.find("/bin/ls", environment: []) == "/bin/ls")
    }

    @Test(arguments: [
        ("none", StartFailure(.commandNotFound, "exec: \"none\": executable file not found in $PATH")),
        ("text", StartFailure(.commandNotFound, "exec: \"text\": executable file not found in $PATH")),
        ("", StartFailure(.commandNotFound, "exec: \"\": executable file not found in $PATH")),
        ("/bin/text", StartFailure(.notExecutable, "exec: \"/bin/text\": permission denied")),
        ("/bin", StartFailure(.notExecutable, "exec: \"/bin\": is a directory")),
        ("/no", StartFailure(.commandNotFound, "exec: \"/no\": stat /no: no such file or directory")),
    ])
    func saysWhyNot(_ name: String, _ failure: StartFailure) {
        #expect(throws: failure) { try lookup.find(name, environment: ["PATH=/bin:/sbin"]) }
    }

    @Test func findsNothingWithoutAPath() {
        #expect(throws: StartFailure.self) { try lookup.find("ls", environment: ["PATH="]) }
    }
}

@Suite struct MountRuleTests {
    @Test func sortsOptions() {
        let options = MountOptions(["nosuid", "ro", "mode=755", "rslave", "rbind", "size=1k", "rro", "noatime"])
        #expect(options.set == [.noSetUserID, .readOnly, .noAccessTime])
        #expect(options.clear == .accessTimeChoice)
        #expect(options.recursiveSet == .readOnly)
        #expect(options.propagation == .slave && options.propagatesRecursively)
        #expect(options.bind && options.recursiveBind)
        #expect(options.parameters == ["mode=755", "size=1k"])
    }

    @Test func takesOppositesBack() {
        let options = MountOptions(["ro", "rw", "noexec", "exec"])
        #expect(options.set.isEmpty)
        #expect(options.clear == [.readOnly, .noExecution])
    }

    @Test(arguments: ["/proc/cpuinfo", "/proc/net/dev", "/data", "/procfs", "/proc"])
    func allows(_ destination: String) throws {
        let mount = OCIMount(destination: destination, type: destination == "/proc" ? "proc" : "bind", source: "/x")
        try ProcMountRule.check(mount, isBind: mount.type == "bind")
    }

    @Test(arguments: ["/proc/self", "/proc/sys/kernel/core_pattern", "//proc/./1", "/a/../proc/x"])
    func refusesInsideProc(_ destination: String) {
        let mount = OCIMount(destination: destination, type: "bind", source: "/x")
        #expect(throws: StartFailure(.other, "\"\(destination)\" cannot be mounted because it is inside /proc")) {
            try ProcMountRule.check(mount, isBind: true)
        }
    }

    @Test func readsBothFormsOfSysctls() {
        #expect(KernelSettings.path(of: "net.ipv4.ip_forward") == "net/ipv4/ip_forward")
        #expect(KernelSettings.path(of: "net/ipv4/conf/eth0.1/forwarding") == "net/ipv4/conf/eth0.1/forwarding")
        #expect(KernelSettings.path(of: "net.ipv4.conf.eth0/1.forwarding") == "net/ipv4/conf/eth0.1/forwarding")
    }
}

@Suite struct ProtocolTests {
    @Test(arguments: [
        ShimRequest.start, .status, .attach(AttachOptions(stdin: true, stdout: false, stderr: true, stallLimit: 10)),
        .exec(
            ExecOptions(
                id: "e\"1", processFile: "e.json", terminal: true, streams: AttachOptions(stdin: true), user: "a:b",
                additionalGroups: ["x"], unconfined: true)),
        .resize(exec: nil, columns: 80, rows: 24), .resize(exec: "e", columns: 1, rows: 2),
        .signal(exec: nil, number: 9), .signal(exec: "e", number: 15),
    ])
    func requestsSurviveTheWire(_ request: ShimRequest) {
        let numbered = NumberedRequest(number: 7, request: request)
        #expect(NumberedRequest(decoding: numbered.encoded()) == numbered)
    }

    @Test(arguments: [
        ShimEvent.reply(request: 1, error: nil), .reply(request: 2, error: "no"), .started(pid: 5), .oom,
        .startFailed(StartFailure(.notExecutable, "x")), .execStarted(id: "e", pid: 6), .execExited(id: "e", code: 137),
        .execFailed(id: "e", StartFailure(.commandNotFound, "y")),
        .exited(ExitRecord(containerID: "c", code: 3, oomKilled: true, pid: 4, startedAt: 5, finishedAt: 6)),
        .status(
            request: 3,
            ShimStatus(state: .running, pid: 4, startedAt: 5, oomKilled: false, execs: [.init(id: "e", pid: 6)])),
    ])
    func eventsSurviveTheWire(_ event: ShimEvent) { #expect(ShimEvent(decoding: event.encoded()) == event) }

    @Test(arguments: [
        "", "[]", "{}", #"{"request":1}"#, #"{"request":1,"type":"dance"}"#, #"{"type":"start"}"#,
        #"{"request":1,"type":"resize","columns":70000,"rows":1}"#, #"{"request":1,"type":"exec","id":"x"}"#,
        #"{"request":1,"type":"signal","number":"9"}"#,
    ])
    func refusesWhatIsNoRequest(_ text: String) { #expect(NumberedRequest(decoding: Array(text.utf8)) == nil) }
}

@Suite struct SpecReaderTests {
    /// Everything that is set and read by hand must be what `Codable` reads.
    @Test func readsWhatCodableWrites() throws {
        var spec = OCISpec(
            process: OCIProcess(
                terminal: true, consoleSize: OCIConsoleSize(height: 3, width: 4),
                user: OCIUser(uid: 1, gid: 2, umask: 0o77, additionalGids: [3, 4]), args: ["a", "b"], env: ["X=y"],
                cwd: "/w",
                capabilities: OCICapabilities(
                    bounding: ["CAP_A"], effective: ["CAP_B"], inheritable: ["CAP_C"], permitted: ["CAP_D"],
                    ambient: ["CAP_E"]),
                rlimits: [OCIResourceLimit(type: "RLIMIT_CORE", hard: .max, soft: 1)], noNewPrivileges: true,
                apparmorProfile: "p", oomScoreAdj: -5, selinuxLabel: "l"),
            root: OCIRoot(path: "r", readonly: true), hostname: "h", domainname: "d",
            mounts: [OCIMount(destination: "/d", type: "t", source: "s", options: ["o"])])
        spec.linux = OCILinux(
            uidMappings: [OCIIDMapping(containerID: 0, hostID: 1, size: 2)],
            gidMappings: [OCIIDMapping(containerID: 3, hostID: 4, size: 5)], sysctl: ["a.b": "c"],
            resources: OCIResources(
                devices: [OCIDeviceRule(allow: true, type: "c", major: 1, minor: 2, access: "rw")],
                memory: OCIMemory(
                    limit: 1, reservation: 2, swap: -1, kernel: 3, kernelTCP: 4, swappiness: 5, disableOOMKiller: true),
                cpu: OCICPU(
                    shares: 1, quota: -1, burst: 2, period: 3, realtimeRuntime: 4, realtimePeriod: 5, cpus: "0",
                    mems: "1", idle: 1), pids: OCIPids(limit: 9),
                blockIO: OCIBlockIO(
                    weight: 10, leafWeight: 11, weightDevice: [OCIWeightDevice(major: 1, minor: 2, weight: 3)],
                    throttleReadBpsDevice: [OCIThrottleDevice(major: 1, minor: 2, rate: 3)],
                    throttleWriteBpsDevice: [OCIThrottleDevice(major: 1, minor: 2, rate: 4)],
                    throttleReadIOPSDevice: [OCIThrottleDevice(major: 1, minor: 2, rate: 5)],
                    throttleWriteIOPSDevice: [OCIThrottleDevice(major: 1, minor: 2, rate: 6)]),
                hugepageLimits: [OCIHugepageLimit(pageSize: "2MB", limit: 7)], unified: ["memory.high": "max"]),
            cgroupsPath: "/c", namespaces: [OCINamespace(.pid), OCINamespace(.network, path: "/n")],
            devices: [OCIDevice(path: "/dev/x", type: "b", major: 1, minor: 2, fileMode: 0o600, uid: 3, gid: 4)],
            rootfsPropagation: "rshared", maskedPaths: ["/m"], readonlyPaths: ["/o"], mountLabel: "ml")
        let text = try OrderedJSONEncoder().encode(spec)
        #expect(OCISpec(json: try JSONValue(parsing: text)) == spec)
    }

    @Test func readsTheShimsOwnFile() throws {
        let config = SupervisorConfig(
            containerID: "c", rootMounts: [Mount(type: "t", source: "s", options: ["o"])],
            log: .init(driver: .jsonFile, path: "/l", maxSize: 5, maxFile: 6, attributes: ["a": "b"]), terminal: true,
            openStdin: true, stdinOnce: true, user: "u", additionalGroups: ["g"], cgroupPath: "/p",
            networkNamespace: "/n", createWorkingDirectory: false, createEnvironmentFile: true,
            seccompFile: "f", exitPath: "/e")
        #expect(SupervisorConfig(json: try JSONValue(parsing: OrderedJSONEncoder().encode(config))) == config)
    }
}
