import LayerFS
import LinuxSystem
import Primitives
import TarCodec
import Testing

/// Archives that try to reach what lies beside the root.
@Suite(.enabled(if: isRoot, "needs root")) struct HostileTarTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var files: [(TarEntry, String)]
        /// Nil: it is unpacked, but harmlessly.
        var message: String?
        var testDescription: String { name }
    }

    static let outside = "../victim/file"

    static let cases: [Case] = [
        Case(name: "dot dot", files: [file("../victim/file", "evil")], message: "outside of the root"),
        Case(name: "dot dot inside", files: [file("a/../../victim/file", "evil")], message: "outside of the root"),
        Case(name: "many dots", files: [file("a/b/../../../x")], message: "outside of the root"),
        Case(name: "dot dot directory", files: [folder("../victim/sub")], message: "outside of the root"),
        Case(name: "absolute", files: [file("/victim/file", "evil")], message: nil),
        Case(name: "symlink up", files: [link("l", "../victim"), file("l/file", "evil")], message: "l/file"),
        Case(name: "symlink far up", files: [link("a/b/l", "../../../victim")], message: nil),
        Case(
            name: "absolute symlink", files: [folder("victim"), link("l", "/victim"), file("l/file", "evil")],
            message: nil),
        Case(name: "symlink to nothing", files: [link("l", "/nowhere"), file("l/file", "evil")], message: "l/file"),
        Case(
            name: "symlink chain", files: [link("a", "b"), link("b", "c"), link("c", "/"), file("a/victim", "evil")],
            message: nil),
        Case(name: "symlink loop", files: [link("a", "b"), link("b", "a"), file("a/file", "evil")], message: "a/file"),
        Case(name: "empty symlink", files: [link("l", "")], message: "invalid symlink"),
        Case(
            name: "hard link up", files: [link("h", outside, hard: true), file("h", "evil")],
            message: "invalid hardlink"),
        Case(name: "hard link to root", files: [link("h", "/", hard: true)], message: "invalid hardlink"),
        Case(name: "hard link to nothing", files: [link("h", "nothing", hard: true)], message: "invalid hardlink"),
        Case(
            name: "hard link through symlink", files: [link("l", "/victim"), link("h", "l/file", hard: true)],
            message: "invalid hardlink"),
        Case(name: "write through symlink", files: [link("f", "/victim/file"), file("f", "evil")], message: nil),
        Case(name: "chmod through symlink", files: [link("f", "/victim"), folder("f", mode: 0o777)], message: nil),
        Case(name: "root as a file", files: [file(".", "evil")], message: "root"),
        Case(name: "unknown type", files: [(TarEntry(kind: .other(0x44), name: bytes("x")), "")], message: "type 68"),
        Case(
            name: "owner out of range", files: [(TarEntry(kind: .file, name: bytes("x"), uid: 1 << 32), "")],
            message: "bad owner"),
        Case(name: "long name", files: [file(String(repeating: "n", count: 300))], message: "name too long"),
        Case(name: "deep", files: [file(String(repeating: "d/", count: 1000) + "x")], message: nil),
    ]

    @Test func sizesThatAddUpToMoreThanThereIsAreRefused() throws {
        let scratch = try Scratch()
        // 2,048 bytes, then a file that claims nearly 2^63: its header alone.
        var huge = file("b").0
        huge.size = Int64.max - 1024
        let archive =
            try pack([file("a", String(repeating: "x", count: 2048))]).prefix(512 + 2048) + TarWriter.header(for: huge)
        #expect(throws: EngineError.self) {
            try LayerArchive.unpack(
                MemorySource(Array(archive), chunk: 1000), into: scratch.fd.fd, options: UnpackOptions(mode: .plain))
        }
    }

    @Test(arguments: cases)
    func nothingReachesWhatIsOutside(_ hostile: Case) throws {
        for mode in [UnpackMode.plain, .overlayLayer, .copyLayer] {
            let scratch = try Scratch()
            let root = try scratch.directory("root")
            let victim = try scratch.directory("victim")
            try unpack([file("file", "precious")], into: victim)
            let before = try (victim.fd.stat(), victim.fd.stat("file"))
            do {
                try unpack(hostile.files, into: root, mode: mode)
                #expect(hostile.message == nil, "should be refused")
            } catch {
                let text = String(describing: error)
                #expect(hostile.message != nil, "should be unpacked, got \(text)")
                if let message = hostile.message { #expect(text.contains(message), "\(text)") }
            }
            #expect(try scratch.content("victim/file") == "precious")
            #expect(try (victim.fd.stat(), victim.fd.stat("file")) == before)
            #expect(try victim.fd.entries().count == 1)
            #expect(try scratch.fd.fd.entries().count == 2)
        }
    }

    @Test func whiteoutsOfOddNamesAreRefused() throws {
        for name in [".wh.", ".wh..", "d/.wh..."] {
            for mode in [UnpackMode.overlayLayer, .copyLayer] {
                let scratch = try Scratch()
                #expect(throws: EngineError.self) { try unpack([file(name)], into: scratch.fd, mode: mode) }
            }
        }
    }

    @Test func whiteoutsDoNotReachOutsideByLinks() throws {
        let scratch = try Scratch()
        let root = try scratch.directory("root")
        let victim = try scratch.directory("victim")
        try unpack([file("file", "precious")], into: victim)
        try root.fd.makeSymbolicLink("l", to: RawPath("../victim"))
        for mode in [UnpackMode.overlayLayer, .copyLayer] {
            _ = try? unpack([file("l/.wh.file"), file("l/.wh..wh..opq"), file("l/new")], into: root, mode: mode)
            #expect(try victim.fd.entries().map(\.name.string) == ["file"])
        }
    }

    @Test func aLinkThatReplacesADirectoryIsNotFollowedFromMemory() throws {
        let scratch = try Scratch()
        try unpack(
            [folder("a/b"), file("a/b/1"), link("a", "c"), folder("c/b"), file("a/b/2")], into: scratch.fd)
        #expect(try scratch.tree() == ["a", "c/", "c/b/", "c/b/2"])
    }

    @Test func aHardLinkOntoItselfKeepsTheFile() throws {
        let scratch = try Scratch()
        try unpack(
            [file("f", "x"), link("f", "f", hard: true), link("g", "f", hard: true), link("g", "f", hard: true)],
            into: scratch.fd)
        #expect(try scratch.content("g") == "x")
    }
}

@Suite(.enabled(if: isRoot, "needs root")) struct MetadataTests {
    @Test func modesAndOwnersNeverGoThroughLinks() throws {
        let scratch = try Scratch()
        try unpack([file("victim", mode: 0o600), link("l", "victim")], into: scratch.fd)
        #expect(throws: SystemError.self) { try scratch.fd.fd.setMode("l", 0o777) }
        try scratch.fd.fd.setOwner("l", uid: 1, gid: 1)
        try scratch.fd.fd.setTimes("l", accessed: FileTime(seconds: 5), modified: FileTime(seconds: 5))
        let victim = try scratch.fd.fd.stat("victim")
        #expect((victim.mode, victim.uid, victim.modified.seconds) == (0o600, 0, 1_000_000_000))
    }
}
