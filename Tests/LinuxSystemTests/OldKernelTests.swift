import Glibc
import Testing

@testable import LinuxSystem

/// Ways that only older kernels need; newer ones know them too.
@Suite(.enabled(if: getuid() == 0, "needs root")) struct OldKernelTests {
    private func scratch() throws -> String {
        var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
        return String(cString: try #require(mkdtemp(&template)))
    }

    @Test func anOverlayOfManyLayersIsMountedNowhere() throws {
        let top = try scratch()
        defer { try? HostDirectory.removeTree(top) }
        for name in ["upper", "work", "a,b:c"] { try HostDirectory.make("\(top)/\(name)", mode: 0o755) }
        let layers = (0..<100).map { "\(top)/layer-with-a-long-name-\($0)" }
        for (number, layer) in layers.enumerated() {
            try HostDirectory.make(layer, mode: 0o755)
            try HostFile.replace("\(layer)/file", with: Array("\(number)".utf8))
            try HostFile.replace("\(layer)/file\(number)", with: [])
        }
        let options = ["lowerdir=" + layers.joined(separator: ":"), "upperdir=\(top)/upper", "workdir=\(top)/work"]
        do {
            let root = try ClassicOverlay(options + ["index=off", "nodev"]).mount()
            #expect(try root.open("file", .readOnly).readAll(limit: 10) == Array("0".utf8))
            #expect(try root.statIfPresent("file99") != nil)
            try root.unlink("file")
            let mounts = String(decoding: try HostFile.read("/proc/self/mountinfo"), as: UTF8.self)
            #expect(!mounts.contains(top))
        }
        // What was written went to the upper directory.
        #expect(try FD.open(at: RawPath("\(top)/upper/file"), [.path, .noFollow]).stat().kind == .characterDevice)
        #expect(throws: SystemError.self) { try ClassicOverlay(["lowerdir=\(top)/nothing"]).mount() }
        #expect(throws: SystemError.self) { try ClassicOverlay([]).mount() }
    }

    @Test func aModeIsChangedWithoutFollowingALink() throws {
        let top = try scratch()
        defer { try? HostDirectory.removeTree(top) }
        try HostFile.replace("\(top)/file", with: [])
        #expect(symlink("file", "\(top)/link") == 0)
        #expect(changeModeOfPinned("\(top)/file", in: AT_FDCWD, 0o4750) == 0)
        #expect(try FD.open(at: RawPath("\(top)/file"), .path).stat().mode & 0o7777 == 0o4750)
        #expect(changeModeOfPinned("\(top)/link", in: AT_FDCWD, 0o777) == -EOPNOTSUPP)
        #expect(changeModeOfPinned("\(top)/nothing", in: AT_FDCWD, 0o777) == -ENOENT)
        #expect(try FD.open(at: RawPath("\(top)/file"), .path).stat().mode & 0o7777 == 0o4750)
    }
}
