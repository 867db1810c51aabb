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

    /// CVE-2025-52565: a link as `/dev/console`, or as a terminal.
    @Test func bindsTheConsoleByDescriptor() async throws {
        try await withContainer("sh", "-c", "stat -c %F /etc/passwd") { (rig) async throws in
            rig.config.terminal = true
            rig.spec.mounts.removeAll { $0.destination == "/dev" }
            try rig.makeFolder("root/dev")
            try rig.makeFolder("root/dev/pts")
            try rig.link("root/dev/console", to: "/proc/sys/kernel/hostname")
            try rig.link("root/dev/null", to: "/etc/passwd")
            rig.spec.linux?.maskedPaths = []
            // Wherever the link leads, it is inside of this container: the host's file is as it was.
            let before = try hostName()
            try rig.create()
            try rig.send(.start)
            _ = try? await rig.exited()
            #expect(try hostName() == before)
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
            rig.spec.linux?.sysctl = ["../../tmp/x": "1"]
            #expect(try await rig.runToFailure().message.hasPrefix("write sysctl key ../../tmp/x"))
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

    private func hostName() throws -> [UInt8] { try FD.open(at: "/proc/sys/kernel/hostname", .readOnly).readAll() }
}
