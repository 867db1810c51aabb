import LinuxSystem
import OCIRuntime
import Testing

/// One test per class of ways out that runtimes have had.
@Suite(.enabled(if: Machine.isReady), .serialized)
struct EscapeTests {
    /// CVE-2019-19921: a link as `/proc` would move the runtime's checks elsewhere.
    @Test func mountsProcOnAnOrdinaryFolderOnly() async throws {
        try await withContainer("true") { (rig) async throws in
            try rig.link("root/proc", to: "/data")
            #expect(try await rig.runToFailure().message.contains("must be mounted on an ordinary directory"))
        }
    }

    /// CVE-2021-30465: a link in the image (or swapped in by another container) as a mount's destination.
    @Test func keepsMountsInsideTheRoot() async throws {
        try await withContainer("cat", "/etc/inside/f") { (rig) async throws in
            try rig.makeFolder("shared")
            try rig.makeFolder("etc")
            try rig.write("shared\n", to: "shared/f")
            try rig.link("root/out", to: "../../../../../../etc/inside")
            rig.spec.mounts.append(
                OCIMount(destination: "/out", type: "bind", source: "\(rig.folder)/shared", options: ["rbind"]))
            _ = try await rig.run()
            #expect(try rig.output() == "shared\n")
        }
    }

    /// CVE-2024-21626: a working directory that is a descriptor of the host.
    @Test(arguments: 3..<24) func refusesADescriptorAsWorkingDirectory(number: Int) async throws {
        try await withContainer("sh", "-c", "pwd") { (rig) async throws in
            rig.spec.process?.cwd = "/proc/self/fd/\(number)"
            rig.config.createWorkingDirectory = false
            _ = try await rig.runToFailure()
        }
    }

    /// CVE-2025-31133: a link as `/dev/null`, which masks would be made of.
    @Test func masksWithTheNullDeviceOnly() async throws {
        try await withContainer("cat", "/proc/version") { (rig) async throws in
            rig.spec.mounts.removeAll { $0.destination.hasPrefix("/dev") }
            rig.spec.linux?.maskedPaths = ["/proc/version"]
            try rig.makeFolder("root/dev")
            try rig.link("root/dev/null", to: "/etc/passwd")
            #expect(try await rig.runToFailure().message.contains("can't mask path \"/proc/version\""))
        }
    }

    /// CVE-2024-21626: a program, its interpreter or a link to it that climbs out through a descriptor of the host.
    @Test(arguments: ["", "#!", "link"]) func findsNoProgramThroughADescriptor(_ form: String) async throws {
        for number in 3..<24 {
            try await withContainer("/evil") { (rig) async throws in
                let target = "/proc/self/fd/\(number)/../../../../../../../../../../bin/busybox"
                switch form {
                case "#!": try rig.write("#!\(target)\n", to: "root/evil", mode: 0o755)
                case "link": try rig.link("root/evil", to: target)
                default: rig.spec.process?.args = [target]
                }
                // Not there, or, for the one descriptor that says so, no folder.
                _ = try await rig.runToFailure()
            }
        }
    }

    /// The same for a process that joins the container.
    @Test func findsNoProgramOfAnExecThroughADescriptor() async throws {
        try await withContainer("sleep", "1000") { (rig) async throws in
            try rig.create()
            try rig.send(.start)
            _ = try await rig.started()
            for number in 3..<24 {
                let target = "/proc/self/fd/\(number)/../../../../../../../../../../bin/busybox"
                _ = try rig.exec("e\(number)", target)
                let failure: StartFailure? = try await rig.next {
                    switch $0 {
                    case .execFailed("e\(number)", let failure): .some(failure)
                    case .execStarted("e\(number)", _): .some(nil)
                    default: nil
                    }
                }
                #expect(failure?.kind == .commandNotFound)
            }
        }
    }

    /// CVE-2025-52565: a link as `/dev/console`, so that the terminal lands on a file that is made read-only later.
    @Test func bindsTheConsoleByDescriptor() async throws {
        try await withContainer("sh", "-c", "echo pwned >/proc/sys/kernel/hostname; hostname") { (rig) async throws in
            rig.config.terminal = true
            rig.spec.mounts.removeAll { $0.destination == "/dev" }
            try rig.link("root/bin/hostname", to: "busybox")
            try rig.makeFolder("root/dev")
            try rig.makeFolder("root/dev/pts")
            try rig.link("root/dev/console", to: "/proc/sys/kernel/hostname")
            rig.spec.linux?.maskedPaths = []
            try rig.create()
            try rig.send(.start)
            _ = try await rig.exited()
            #expect(try rig.output().hasSuffix("rig\r\n"))
        }
    }

    /// CVE-2019-16884, CVE-2025-52881: settings redirected by a mount over procfs.
    @Test func refusesMountsInsideProc() async throws {
        try await withContainer("true") { (rig) async throws in
            rig.spec.mounts.append(
                OCIMount(destination: "/x/../proc/self", type: "tmpfs", source: "tmpfs"))
            let failure = try await rig.runToFailure()
            #expect(failure.message == "\"/x/../proc/self\" cannot be mounted because it is inside /proc")
        }
    }

    @Test func writesSysctlsToProcfsOnly() async throws {
        try await withContainer("true") { (rig) async throws in
            // Beside `sys`, still in procfs: only what is below it is a setting.
            rig.spec.linux?.sysctl = ["net/../../self/oom_score_adj": "7"]
            let message = try await rig.runToFailure().message
            #expect(message.hasPrefix("write sysctl key net/../../self/oom_score_adj: "))
            #expect(message.hasSuffix("invalid cross-device link"))
        }
    }

    /// CVE-2019-5736: a program whose interpreter is the runtime.
    @Test func survivesBeingMadeToExecuteItself() async throws {
        let before = try FD.open(at: RawPath(Machine.shimPath), .readOnly).stat()
        try await withContainer("/evil") { (rig) async throws in
            try rig.write("#!/proc/self/exe\n", to: "root/evil", mode: 0o755)
            #expect(try await rig.run().code == 64)
        }
        #expect(try FD.open(at: RawPath(Machine.shimPath), .readOnly).stat().modified == before.modified)
    }

    /// CVE-2016-9962: an exec is seen by the container before it has given its rights up.
    @Test func showsNothingOfAnExecBeforeItRuns() async throws {
        try await withContainer("sleep", "1000") { (rig) async throws in
            try rig.create()
            try rig.send(.start)
            _ = try await rig.started()
            let script =
                "cd /proc; for i in 1 2 3 4 5 6 7 8 9 10; do for p in [0-9]*; do ls -l $p/exe 2>/dev/null; done; done"
            let watcher = try rig.exec("watch", "sh", "-c", script)
            for number in 0..<20 { _ = try rig.exec("e\(number)", "true") }
            let seen = frames(try watcher.fd.readAll()).map(\.text).joined()
            #expect(!seen.contains("memfd"))
        }
    }

    /// CVE-2019-16884 through a link of the image: the mount's name says nothing of `/proc`.
    @Test func refusesALinkThatLeadsIntoProc() async throws {
        try await withContainer("true") { (rig) async throws in
            try rig.link("root/entry", to: "/proc/sys")
            rig.spec.mounts.append(OCIMount(destination: "/entry", type: "tmpfs", source: "tmpfs"))
            #expect(try await rig.runToFailure().message.contains("/entry is inside /proc"))
        }
    }

    /// The host's own node would let root in the container change its mode for everybody.
    @Test func givesAnExecANullDeviceOfItsOwn() async throws {
        let before = try FD.open(at: "/dev/null", .path).stat()
        try await withContainer("sleep", "1000") { (rig) async throws in
            rig.spec.process?.capabilities = ContainerRig.capabilities
            try rig.create()
            try rig.send(.start)
            _ = try await rig.started()
            for link in ["rm", "chmod", "tr"] { try rig.link("root/bin/\(link)", to: "busybox") }
            let script = "rm /dev/null; chmod 4 /proc/self/fd/0; stat -L -c '%F %t %T' /proc/self/fd/0"
            let first = try rig.exec("first", "sh", "-c", "rm /dev/null")
            _ = try first.fd.readAll()
            let second = try rig.exec("second", "sh", "-c", script) { $1.streams.stdin = false }
            #expect(frames(try second.fd.readAll()).map(\.text).joined().contains("character special file 1 3"))
        }
        #expect(try FD.open(at: "/dev/null", .path).stat().mode == before.mode)
    }
}
