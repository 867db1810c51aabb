import Cgroups
import LinuxSystem
import OCIRuntime
import Testing

@Suite(.enabled(if: Machine.isReady), .serialized)
struct ShimLifeTests {
    private func status(_ connection: ShimConnection) async -> ShimStatus? {
        await withCheckedContinuation { continuation in
            let reply: @Sendable (Result<ShimStatus?, StartFailure>) -> Void = { result in
                continuation.resume(returning: (try? result.get()) ?? nil)
            }
            do { try connection.send(.status, reply: reply) } catch { continuation.resume(returning: nil) }
        }
    }

    @Test func isFoundAgainByALaterDaemon() async throws {
        try await withContainer("sh", "-c", "read x; echo got $x; exit 6") { (rig) async throws in
            rig.config.openStdin = true
            try rig.create()
            try rig.send(.start)
            let pid = try await rig.started()
            rig.connection?.close()
            let adopted = try rig.adopt()
            let found = try #require(await status(adopted))
            #expect(found.state == .running)
            #expect(found.pid == pid)
            let stream = try adopted.attach(AttachOptions(stdin: true))
            try stream.fd.writeAll(Array("it\n".utf8))
            #expect(frames(try stream.fd.readAll()).map(\.text).joined() == "got it\n")
            #expect(try await rig.exitedAfterAdoption().code == 6)
        }
    }

    @Test func givesUpAContainerThatIsNeverStarted() async throws {
        try await withContainer("true") { (rig) async throws in
            try rig.create()
            rig.connection?.close()
            await rig.remove()
            #expect(eventually { !exists("/sys/fs/cgroup/memory/martlet-test/\(rig.id)") })
        }
    }

    @Test func leavesNothingBehind() async throws {
        var id = ""
        try await withContainer("sh", "-c", "sleep 100 & echo done") { (rig) async throws in
            id = rig.id
            _ = try await rig.run()
        }
        // Other suites mount at the same time.
        #expect(!(try mounts()).contains(id))
        for hierarchy in try CgroupLayout.detect().hierarchies {
            #expect(!exists("\(hierarchy.mountPoint)/martlet-test/\(id)"))
        }
    }

    @Test func killsWhatIsLeftWithoutAPidNamespace() async throws {
        try await withContainer("sh", "-c", "sleep 1000 & echo $!") { (rig) async throws in
            rig.spec.linux?.namespaces.removeAll { $0.type == .pid }
            let record = try await rig.run()
            #expect(record.code == 0)
            let left = try rig.output().trimmingNewline
            await rig.remove()
            #expect(eventually { !exists("/proc/\(left)") })
        }
    }

    @Test func runsFromMemoryThatNobodyCanChange() async throws {
        try await withContainer("sleep", "100") { (rig) async throws in
            try rig.create()
            try rig.send(.start)
            let pid = try await rig.started()
            let parent = try parent(of: pid)
            let proc = try FD.open(at: RawPath("/proc/\(parent)"), [.path, .directory])
            #expect(try proc.readLink("exe").string.hasPrefix("/memfd:martlet-shim"))
            // CVE-2019-5736: the way in that the attack takes, with all the rights of the host's root.
            #expect(throws: SystemError.self) {
                _ = try FD.open(at: RawPath("/proc/\(parent)/exe"), [.writeOnly])
            }
        }
    }

    @Test func holdsLittleMemory() async throws {
        try await withContainer("sleep", "100") { (rig) async throws in
            try rig.create()
            try rig.send(.start)
            let parent = try parent(of: try await rig.started())
            let text = try FD.open(at: RawPath("/proc/\(parent)/smaps_rollup"), .readOnly).readAll()
            let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
            // What is the shim's own; the program's pages are shared by all shims.
            let own = lines.first { $0.hasPrefix("Anonymous:") }?.split(separator: " ")[1]
            #expect((own.flatMap { Int($0) } ?? .max) < 512)
        }
    }

    private func parent(of pid: Int32) throws -> Int32 {
        let stat = try FD.open(at: RawPath("/proc/\(pid)/stat"), .readOnly).readAll()
        let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
        return try #require(fields.flatMap { Int32($0[1]) })
    }

    private func mounts() throws -> String {
        String(decoding: try FD.open(at: "/proc/self/mountinfo", .readOnly).readAll(), as: UTF8.self)
    }

    /// What the kernel does in its own time, at most five seconds.
    private func eventually(_ condition: () -> Bool) -> Bool {
        let end = KernelClock.monotonic() + 5_000_000_000
        while !condition() {
            if KernelClock.monotonic() > end { return false }
        }
        return true
    }

    private func exists(_ path: String) -> Bool { (try? FD.open(at: RawPath(path), .path)) != nil }
}

extension String {
    var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
