import CLinux
import Glibc
import Testing

@testable import LinuxSystem

/// Removal of trees whose makers were containers.
@Suite struct HostDirectoryTests {
    private func scratch() -> String {
        let path =
            "/tmp/martlet-test-\(getpid())-"
            + (0..<8).map { _ in "abcdef".randomElement().map(String.init) ?? "a" }.joined()
        precondition(mkdir(path, 0o700) == 0)
        return path
    }

    @Test func depthIsNoMatter() throws {
        let top = scratch()
        var folder = try FD.open(at: RawPath(top), .directory)
        for _ in 0..<6000 {
            try folder.makeDirectory("d", mode: 0o755)
            folder = try folder.open("d", .directory)
        }
        // On a small stack, as the engine's threads have.
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 256 << 10)
        let box = Unmanaged.passRetained(PathBox(top))
        var thread = pthread_t()
        #expect(
            pthread_create(
                &thread, &attributes,
                { raw in
                    let path = Unmanaged<PathBox>.fromOpaque(raw!).takeRetainedValue().path
                    try? HostDirectory.removeTree(path)
                    return nil
                }, box.toOpaque()) == 0)
        pthread_join(thread, nil)
        #expect(!HostFile.exists(top))
    }

    private final class PathBox {
        let path: String
        init(_ path: String) { self.path = path }
    }

    @Test func namesNeedNotBeText() throws {
        let top = scratch()
        let folder = try FD.open(at: RawPath(top), .directory)
        try folder.makeDirectory(RawPath([0xff, 0xfe]), mode: 0o755)
        let inner = try folder.open(RawPath([0xff, 0xfe]), .directory)
        _ = try inner.open(RawPath([0x80]), [.writeOnly, .create], mode: 0o600)
        try HostDirectory.removeTree(top)
        #expect(!HostFile.exists(top))
    }

    @Test(.enabled(if: geteuid() == 0)) func mountsAreNotCrossed() throws {
        let top = scratch()
        let other = scratch()
        defer {
            try? MountTree.unmount(top + "/mounted")
            try? HostDirectory.removeTree(top)
            try? HostDirectory.removeTree(other)
        }
        try FD.open(at: RawPath(other), .directory).makeDirectory("kept", mode: 0o755)
        #expect(mkdir(top + "/mounted", 0o755) == 0)
        try FD.open(at: RawPath(other), [.path, .directory]).cloneMount(recursive: false, subject: other).attach(
            at: top + "/mounted")
        #expect(throws: SystemError.self) { try HostDirectory.removeTree(top) }
        #expect(HostFile.exists(other + "/kept"))
    }

    @Test func whatIsNotThereIsNoError() throws {
        try HostDirectory.removeTree("/tmp/martlet-test-no-such")
        try HostDirectory.removeTree("/no-such/folder/here")
    }

    @Test func namesInTablesOfMountsAreReadBack() {
        #expect(MountTree.unescaped("/a\\040b\\134c".utf8) == "/a b\\c")
    }
}
