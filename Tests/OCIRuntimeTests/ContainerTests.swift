import LinuxSystem
import OCIRuntime
import Primitives
import Testing

@Suite(.enabled(if: Machine.isReady), .serialized)
struct ContainerTests {
    @Test func reportsTheExitCode() async throws {
        try await withContainer("sh", "-c", "exit 3") { (rig) async throws in
            #expect(try await rig.run().code == 3)
            #expect(try ExitRecord.read(bundle: rig.folder)?.code == 3)
        }
    }

    @Test func adds128ToASignal() async throws {
        try await withContainer("sleep", "100") { (rig) async throws in
            try rig.create()
            try rig.send(.start)
            _ = try await rig.started()
            try rig.send(.signal(exec: nil, number: 9))
            #expect(try await rig.exited().code == 137)
        }
    }

    @Test func namesAProgramThatIsNotInThePath() async throws {
        try await withContainer("nosuch") { (rig) async throws in
            let failure = try await rig.runToFailure()
            #expect(failure.message == "exec: \"nosuch\": executable file not found in $PATH")
            #expect(failure.kind == .commandNotFound)
            #expect(try ExitRecord.read(bundle: rig.folder)?.code == 127)
        }
    }

    @Test func namesAProgramThatIsNotThere() async throws {
        try await withContainer("/nosuch") { (rig) async throws in
            let failure = try await rig.runToFailure()
            #expect(failure.message == "exec: \"/nosuch\": stat /nosuch: no such file or directory")
            #expect(failure.kind == .commandNotFound)
        }
    }

    @Test func refusesWhatIsNotExecutable() async throws {
        try await withContainer("/etc/passwd") { (rig) async throws in
            let failure = try await rig.runToFailure()
            #expect(failure.message == "exec: \"/etc/passwd\": permission denied")
            #expect(try ExitRecord.read(bundle: rig.folder)?.code == 126)
        }
    }

    @Test func refusesAFolderAsProgram() async throws {
        try await withContainer("/etc") { (rig) async throws in
            #expect(try await rig.runToFailure() == StartFailure(.notExecutable, "exec: \"/etc\": is a directory"))
        }
    }

    @Test func logsBothStreams() async throws {
        try await withContainer("sh", "-c", "echo out; echo err >&2; printf rest") { (rig) async throws in
            _ = try await rig.run()
            #expect(try rig.output("stdout") == "out\nrest")
            #expect(try rig.output("stderr") == "err\n")
        }
    }

    @Test func losesNothingThatWasWrittenBeforeTheEnd() async throws {
        try await withContainer("seq", "200000") { (rig) async throws in
            _ = try await rig.run()
            let text = try rig.bytes("log.json")
            #expect(text.count { $0 == 10 } == 200_000)
            #expect(String(decoding: text.suffix(100), as: UTF8.self).contains("{\"log\":\"200000\\n\""))
        }
    }

    @Test func framesOutputForClientsAttachedBeforeTheStart() async throws {
        try await withContainer("sh", "-c", "echo out; echo err >&2") { (rig) async throws in
            try rig.create()
            let stream = try #require(rig.connection).attach(AttachOptions())
            try rig.send(.start)
            let parts = frames(try stream.fd.readAll())
            #expect(parts.filter { $0.stream == 1 }.map(\.text).joined() == "out\n")
            #expect(parts.filter { $0.stream == 2 }.map(\.text).joined() == "err\n")
            #expect(try await rig.exited().code == 0)
        }
    }

    @Test func passesInputAndItsEnd() async throws {
        try await withContainer("cat") { (rig) async throws in
            rig.config.openStdin = true
            rig.config.stdinOnce = true
            try rig.create()
            let stream = try #require(rig.connection).attach(AttachOptions(stdin: true))
            try rig.send(.start)
            let text = String(repeating: "0123456789", count: 50_000)
            PlatformThread.detach {
                try? stream.fd.writeAll(Array(text.utf8))
                stream.fd.finishWriting()
            }
            #expect(frames(try stream.fd.readAll()).map(\.text).joined() == text)
            #expect(try await rig.exited().code == 0)
        }
    }

    @Test func keepsInputOpenForLaterClientsUnlessItIsForOne() async throws {
        try await withContainer("sh", "-c", "read a; read b; echo $a$b") { (rig) async throws in
            rig.config.openStdin = true
            try rig.create()
            try rig.send(.start)
            do {
                let first = try #require(rig.connection).attach(AttachOptions(stdin: true))
                try first.fd.writeAll(Array("one\n".utf8))
                first.fd.finishWriting()
            }
            let second = try #require(rig.connection).attach(AttachOptions(stdin: true))
            try second.fd.writeAll(Array("two\n".utf8))
            _ = try await rig.exited()
            #expect(try rig.output() == "onetwo\n")
        }
    }

    @Test func givesATerminal() async throws {
        try await withContainer("sh", "-c", "tty; stty size; stat -c %t:%T /dev/console; exit 4") {
            (rig) async throws in
            rig.config.terminal = true
            rig.spec.process?.consoleSize = OCIConsoleSize(height: 33, width: 99)
            try rig.create()
            let stream = try #require(rig.connection).attach(AttachOptions())
            try rig.send(.start)
            let text = String(decoding: try stream.fd.readAll(), as: UTF8.self)
            #expect(text == "/dev/pts/0\r\n33 99\r\n88:0\r\n")
            #expect(try await rig.exited().code == 4)
        }
    }

    @Test func resizesATerminal() async throws {
        try await withContainer("sh", "-c", "read x; stty size") { (rig) async throws in
            rig.config.terminal = true
            rig.config.openStdin = true
            try rig.create()
            let stream = try #require(rig.connection).attach(AttachOptions(stdin: true))
            try rig.send(.start)
            _ = try await rig.started()
            try rig.send(.resize(exec: nil, columns: 120, rows: 40))
            try stream.fd.writeAll(Array("go\n".utf8))
            #expect(String(decoding: try stream.fd.readAll(), as: UTF8.self) == "go\r\n40 120\r\n")
        }
    }

    @Test func looksTheUserUpInTheImage() async throws {
        try await withContainer("sh", "-c", "id; echo $HOME; echo x > /dev/stdout") { (rig) async throws in
            rig.config.user = "web"
            _ = try await rig.run()
            #expect(try rig.output() == "uid=1000(web) gid=1001(web) groups=1001(web),2000(extra)\n/home/web\nx\n")
        }
    }

    @Test func namesAUserThatTheImageDoesNotHave() async throws {
        try await withContainer("true") { (rig) async throws in
            rig.config.user = "nobody2"
            let failure = try await rig.runToFailure()
            #expect(failure.message == "unable to find user nobody2: no matching entries in passwd file")
        }
    }

    @Test func makesTheWorkingDirectory() async throws {
        try await withContainer("sh", "-c", "pwd; stat -c '%a %u' .") { (rig) async throws in
            rig.spec.process?.cwd = "/new/deep"
            _ = try await rig.run()
            #expect(try rig.output() == "/new/deep\n755 0\n")
        }
    }

    @Test func refusesAFileAsWorkingDirectory() async throws {
        try await withContainer("true") { (rig) async throws in
            rig.spec.process?.cwd = "/etc/passwd"
            #expect(try await rig.runToFailure().message == "Cannot mkdir: /etc/passwd is not a directory")
        }
    }

    @Test func appliesNameLimitsAndPrivileges() async throws {
        let script =
            "cat /proc/sys/kernel/hostname; ulimit -n; busybox grep -E 'CapEff|NoNewPrivs' /proc/self/status; umask"
        try await withContainer("sh", "-c", script) { (rig) async throws in
            rig.spec.process?.rlimits = [OCIResourceLimit(type: "RLIMIT_NOFILE", hard: 77, soft: 77)]
            rig.spec.process?.noNewPrivileges = true
            _ = try await rig.run()
            #expect(try rig.output() == "rig\n77\nCapEff:\t00000000080001eb\nNoNewPrivs:\t1\n0022\n")
        }
    }

    @Test func makesTheRootReadOnlyAfterTheMounts() async throws {
        try await withContainer("sh", "-c", "echo x > /file; echo y > /data/file && cat /data/file") {
            (rig) async throws in
            rig.spec.root?.readonly = true
            rig.spec.mounts.append(OCIMount(destination: "/data", type: "tmpfs", source: "tmpfs"))
            _ = try await rig.run()
            #expect(try rig.output() == "y\n")
            #expect(try rig.output("stderr").contains("Read-only file system"))
        }
    }

    @Test func hidesAndProtectsPaths() async throws {
        let script = "cat /proc/version; ls /proc/tty; echo 1 > /proc/sys/kernel/panic"
        try await withContainer("sh", "-c", script) { (rig) async throws in
            _ = try await rig.run()
            #expect(try rig.output() == "")
            #expect(try rig.output("stderr").contains("Read-only file system"))
        }
    }

    @Test func setsSysctlsOfItsNamespaces() async throws {
        try await withContainer("cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/shm_rmid_forced") {
            (rig) async throws in
            rig.spec.linux?.sysctl = ["net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"]
            _ = try await rig.run()
            #expect(try rig.output() == "1\n1\n")
        }
    }

    @Test func bindsFilesAndFolders() async throws {
        try await withContainer("sh", "-c", "cat /etc/hosts /data/f; echo x > /data/f") { (rig) async throws in
            try rig.write("hosts\n", to: "hosts")
            try rig.makeFolder("shared")
            try rig.write("shared\n", to: "shared/f")
            rig.spec.mounts += [
                OCIMount(destination: "/etc/hosts", type: "bind", source: "\(rig.folder)/hosts", options: ["rbind"]),
                OCIMount(
                    destination: "/data", type: "bind", source: "\(rig.folder)/shared", options: ["rbind", "ro"]),
            ]
            _ = try await rig.run()
            #expect(try rig.output() == "hosts\nshared\n")
            #expect(try rig.output("stderr").contains("Read-only file system"))
        }
    }

    @Test func filtersSystemCalls() async throws {
        try await withContainer("mkdir", "/tmp/new") { (rig) async throws in
            // ld [nr]; jeq mkdir, mkdirat → errno EPERM; else allow.
            let program: [(UInt16, UInt8, UInt8, UInt32)] = [
                (0x20, 0, 0, 0), (0x15, 2, 0, 83), (0x15, 1, 0, 258), (0x06, 0, 0, 0x7fff_0000),
                (0x06, 0, 0, 0x0005_0001),
            ]
            let bytes = program.flatMap { code, yes, no, value in
                withUnsafeBytes(of: code.littleEndian, Array.init) + [yes, no]
                    + withUnsafeBytes(of: value.littleEndian, Array.init)
            }
            try FD.open(at: RawPath("\(rig.folder)/seccomp.bpf"), [.writeOnly, .create], mode: 0o600).writeAll(bytes)
            rig.config.seccompFile = "seccomp.bpf"
            #expect(try await rig.run().code == 1)
            #expect(try rig.output("stderr").contains("Operation not permitted"))
        }
    }

    @Test func noticesThatMemoryRanOut() async throws {
        try await withContainer("sh", "-c", "tail /dev/zero") { (rig) async throws in
            rig.spec.linux?.resources = OCIResources(memory: OCIMemory(limit: 16 << 20, swap: 16 << 20))
            let record = try await rig.run()
            #expect(record.oomKilled)
            #expect(record.code == 137)
        }
    }

    @Test func mapsTheRootUser() async throws {
        try await withContainer("sh", "-c", "id -u; cat /proc/self/uid_map; stat -c %t:%T /dev/null") {
            (rig) async throws in
            for name in ["root", "root/etc", "upper", "work"] {
                try FD.open(at: RawPath("\(rig.folder)/\(name)"), .directory).setOwner(uid: 100_000, gid: 100_000)
            }
            rig.spec.linux?.namespaces.append(OCINamespace(.user))
            let map = [OCIIDMapping(containerID: 0, hostID: 100_000, size: 65_536)]
            rig.spec.linux?.uidMappings = map
            rig.spec.linux?.gidMappings = map
            let record = try await rig.run()
            #expect(record.code == 0)
            #expect(try rig.output().hasPrefix("0\n         0     100000      65536\n1:3\n"))
        }
    }

    @Test(arguments: [false, true]) func showsItsOwnGroupsOnly(namespace: Bool) async throws {
        let script =
            "cd /sys/fs/cgroup; ls -d memory pids; cat pids/cgroup.procs; mkdir pids/x || true; ls pids/martlet-test || true"
        try await withContainer("sh", "-c", script) { (rig) async throws in
            rig.spec.mounts.append(
                OCIMount(
                    destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
                    options: ["ro", "nosuid", "noexec", "nodev", "relatime"]))
            if namespace { rig.spec.linux?.namespaces.append(OCINamespace(.cgroup)) }
            _ = try await rig.run()
            #expect(try rig.output().hasPrefix("memory\npids\n1\n"))
            #expect(try rig.output("stderr").contains("Read-only file system"))
            #expect(try rig.output("stderr").contains("pids/martlet-test: No such file"))
        }
    }

    @Test func sharesMountsThatAskForIt() async throws {
        try await withContainer("sh", "-c", "busybox mount -t tmpfs none /data/inner; exec sleep 100") {
            (rig) async throws in
            try rig.makeFolder("shared")
            try rig.makeFolder("shared/inner")
            let names = ContainerRig.capabilities.bounding + ["CAP_SYS_ADMIN"]
            rig.spec.process?.capabilities = OCICapabilities(bounding: names, effective: names, permitted: names)
            rig.spec.mounts.append(
                OCIMount(
                    destination: "/data", type: "bind", source: "\(rig.folder)/shared", options: ["rbind", "rslave"]))
            let before = try FD.open(at: "/proc/self/mountinfo", .readOnly).readAll()
            try rig.create()
            try rig.send(.start)
            _ = try await rig.started()
            #expect(try FD.open(at: "/proc/self/mountinfo", .readOnly).readAll() == before)
        }
    }

    @Test func joinsAnotherContainersNamespaces() async throws {
        try await withContainer("sleep", "1000") { (first) async throws in
            try first.create()
            try first.send(.start)
            let pid = try await first.started()
            try await withContainer("sh", "-c", "cat /proc/1/cmdline; cat /proc/sys/kernel/hostname") {
                (second) async throws in
                second.spec.hostname = ""
                second.spec.linux?.namespaces = [
                    OCINamespace(.mount), OCINamespace(.network, path: "/proc/\(pid)/ns/net"),
                    OCINamespace(.uts, path: "/proc/\(pid)/ns/uts"), OCINamespace(.ipc, path: "/proc/\(pid)/ns/ipc"),
                    OCINamespace(.pid, path: "/proc/\(pid)/ns/pid"),
                ]
                _ = try await second.run()
                #expect(try second.output() == "sleep\u{0}1000\u{0}rig\n")
            }
        }
    }

    @Test func saysWhichNamespaceCanNotBeJoined() async throws {
        try await withContainer("true") { (rig) async throws in
            rig.config.networkNamespace = "/run/netns/nosuch-martlet"
            try rig.create()
            let failure = try await rig.startFailed()
            #expect(failure.message.hasPrefix("join net namespace: open /run/netns/nosuch-martlet"))
        }
    }

    @Test func saysWhichMountFailed() async throws {
        try await withContainer("true") { (rig) async throws in
            rig.spec.mounts.append(
                OCIMount(destination: "/data", type: "bind", source: "/nosuch-martlet", options: ["rbind"]))
            let failure = try await rig.runToFailure()
            #expect(
                failure.message == "error mounting \"/nosuch-martlet\" to rootfs at \"/data\": "
                    + "open /nosuch-martlet: no such file or directory")
        }
    }
}
