import LinuxSystem
import OCIRuntime
import Testing

@Suite(.enabled(if: Machine.isReady), .serialized)
struct ExecTests {
    private func withRunning(_ body: (ContainerRig) async throws -> Void) async throws {
        try await withContainer("sleep", "1000") { (rig) async throws in
            try rig.create()
            try rig.send(.start)
            _ = try await rig.started()
            try await body(rig)
        }
    }

    private func code(_ id: String, _ rig: ContainerRig) async throws -> Int32 {
        try await rig.next { if case .execExited(id, let code) = $0 { code } else { nil } }
    }

    @Test func runsInTheContainersNamespacesAndGroup() async throws {
        try await withRunning { (rig) async throws in
            let stream = try rig.exec(
                "one", "sh", "-c", "cat /proc/1/cmdline /proc/sys/kernel/hostname; echo e >&2; exit 5")
            let parts = frames(try stream.fd.readAll())
            #expect(parts.filter { $0.stream == 1 }.map(\.text).joined() == "sleep\u{0}1000\u{0}rig\n")
            #expect(parts.filter { $0.stream == 2 }.map(\.text).joined() == "e\n")
            #expect(try await code("one", rig) == 5)
            let group = try rig.exec("two", "cat", "/proc/self/cgroup")
            #expect(frames(try group.fd.readAll()).map(\.text).joined().contains(":/martlet-test/\(rig.id)\n"))
        }
    }

    @Test func showsNoDescriptorsButItsOwn() async throws {
        try await withRunning { (rig) async throws in
            let init1 = try rig.exec("init", "ls", "/proc/1/fd")
            #expect(frames(try init1.fd.readAll()).map(\.text).joined() == "0\n1\n2\n")
            // The fourth is the folder that ls reads.
            let own = try rig.exec("own", "ls", "/proc/self/fd")
            #expect(frames(try own.fd.readAll()).map(\.text).joined() == "0\n1\n2\n3\n")
        }
    }

    @Test func passesInputAndItsEnd() async throws {
        try await withRunning { (rig) async throws in
            let stream = try rig.exec("cat", "cat") { _, options in options.streams.stdin = true }
            try stream.fd.writeAll(Array("hello".utf8))
            stream.fd.finishWriting()
            #expect(frames(try stream.fd.readAll()).map(\.text) == ["hello"])
        }
    }

    @Test func givesATerminalOfItsOwn() async throws {
        try await withRunning { (rig) async throws in
            let stream = try rig.exec("tty", "sh", "-c", "tty; stty size") { process, options in
                options.terminal = true
                process.consoleSize = OCIConsoleSize(height: 30, width: 90)
            }
            #expect(String(decoding: try stream.fd.readAll(), as: UTF8.self) == "/dev/pts/0\r\n30 90\r\n")
            #expect(try await code("tty", rig) == 0)
        }
    }

    @Test func runsAsAnotherUser() async throws {
        try await withRunning { (rig) async throws in
            let stream = try rig.exec("id", "sh", "-c", "id -u; id -g; echo $HOME") { _, options in
                options.user = "web:extra"
            }
            #expect(frames(try stream.fd.readAll()).map(\.text).joined() == "1000\n2000\n/home/web\n")
        }
    }

    @Test func saysWhyItCouldNotStart() async throws {
        try await withRunning { (rig) async throws in
            let stream = try rig.exec("bad", "nosuch")
            let failure: StartFailure = try await rig.next {
                if case .execFailed("bad", let failure) = $0 { failure } else { nil }
            }
            #expect(failure.message == "exec: \"nosuch\": executable file not found in $PATH")
            // As Docker says it on the stream of the exec.
            let said = frames(try stream.fd.readAll()).map(\.text).joined()
            #expect(
                said
                    == "OCI runtime exec failed: exec failed: unable to start container process: \(failure.message)\r\n"
            )
            let again = try rig.exec("good", "true")
            #expect(try again.fd.readAll() == [])
            #expect(try await code("good", rig) == 0)
        }
    }

    @Test func takesSignals() async throws {
        try await withRunning { (rig) async throws in
            _ = try rig.exec("sleep", "sleep", "1000")
            let _: Int32 = try await rig.next { if case .execStarted("sleep", let pid) = $0 { pid } else { nil } }
            try rig.send(.signal(exec: "sleep", number: 15))
            #expect(try await code("sleep", rig) == 143)
        }
    }

    @Test func endsWithTheContainer() async throws {
        try await withRunning { (rig) async throws in
            let stream = try rig.exec("sleep", "sleep", "1000")
            let _: Int32 = try await rig.next { if case .execStarted("sleep", let pid) = $0 { pid } else { nil } }
            try rig.send(.signal(exec: nil, number: 9))
            #expect(try stream.fd.readAll() == [])
            _ = try await rig.exited()
        }
    }

    @Test func isRefusedWhenTheContainerHasNotStarted() async throws {
        try await withContainer("true") { (rig) async throws in
            try rig.create()
            let stream = try rig.exec("early", "true")
            #expect(try stream.fd.readAll() == [])
        }
    }
}
