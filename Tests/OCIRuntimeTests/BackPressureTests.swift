import LinuxSystem
import OCIRuntime
import Testing

@Suite(.enabled(if: Machine.isReady), .serialized)
struct BackPressureTests {
    /// Four times what pipe, socket and buffer hold together.
    private let program = ["dd", "if=/dev/zero", "bs=65536", "count=256"]

    @Test func holdsTheContainerBackForAClientThatWaits() async throws {
        try await withContainer { (rig) async throws in
            rig.spec.process?.args = program
            rig.config.log.driver = .none
            try rig.create()
            let stream = try #require(rig.connection).attach(AttachOptions(stderr: false))
            try rig.send(.start)
            let pid = try await rig.started()
            // It can't end while nobody reads: the last byte is still with the process.
            #expect(try FD.open(at: RawPath("/proc/\(pid)/stat"), .readOnly).readAll().isEmpty == false)
            let bytes = try stream.fd.readAll(limit: 64 << 20)
            #expect(frames(bytes).reduce(0) { $0 + $1.text.utf8.count } == 256 * 65_536)
            #expect(try await rig.exited().code == 0)
        }
    }

    @Test func dropsAClientThatStallsLongerThanItMay() async throws {
        try await withContainer { (rig) async throws in
            rig.spec.process?.args = program
            rig.config.log.driver = .none
            try rig.create()
            let stalled = try #require(rig.connection).attach(AttachOptions(stderr: false, stallLimit: 100))
            try rig.send(.start)
            #expect(try await rig.exited().code == 0)
            // What it had been given before is still there to read.
            #expect(try stalled.fd.readAll().count < 256 * 65_536)
        }
    }

    @Test func goesOnWhenAClientLeaves() async throws {
        try await withContainer { (rig) async throws in
            rig.spec.process?.args = program
            rig.config.log.driver = .none
            try rig.create()
            let stream = try #require(rig.connection).attach(AttachOptions(stderr: false))
            try rig.send(.start)
            _ = try await rig.started()
            stream.fd.shutDown()
            #expect(try await rig.exited().code == 0)
        }
    }
}
