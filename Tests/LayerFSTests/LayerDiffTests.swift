import LayerFS
import LinuxSystem
import TarCodec
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct LayerDiffTests {
    func tar(_ diff: LayerDiff) throws -> [UInt8] {
        let sink = MemorySink()
        try diff.write(to: sink)
        return sink.bytes
    }

    func lines(_ changes: [Change]) -> [String] { changes.map { "\($0.letter) \($0.path)" } }

    @Test func whatWasUnpackedPacksToTheSameTree() throws {
        let scratch = try Scratch()
        let (first, second) = (try scratch.directory("1"), try scratch.directory("2"))
        var program = file("bin/p", String(repeating: "p", count: 300_000), mode: 0o4711)
        program.0.uid = 70000
        program.0.modified = TarTime(seconds: -7, nanoseconds: 5)
        program.0.attributes = [TarAttribute(name: bytes("user.k"), value: [0, 10, 255])]
        let files = [
            folder("bin", mode: 0o1777), program, file("bin/empty"), link("bin/l", "p"),
            link("bin/q", "bin/p", hard: true),
            (TarEntry(kind: .blockDevice, name: bytes("dev"), mode: 0o660, deviceMajor: 8, deviceMinor: 1), ""),
            file(".wh.gone"), folder("o"), file("o/.wh..wh..opq"), file("o/" + String(repeating: "é", count: 100)),
        ]
        try unpack(files, into: first, mode: .overlayLayer)
        let packed = try tar(LayerDiff(overlayUpper: first))
        let applied = try LayerArchive.unpack(
            MemorySource(packed), into: second.fd, options: UnpackOptions(mode: .overlayLayer))
        #expect(applied.entries == files.count)
        #expect(try tar(LayerDiff(overlayUpper: second)) == packed)
        #expect(try LayerDiff(overlayUpper: second).size() == 300_000)
        let copy = try second.fd.stat("bin/p")
        #expect((copy.uid, copy.mode, copy.links) == (70000, 0o4711, 2))
        #expect(copy.modified == FileTime(seconds: -7, nanoseconds: 5))
    }

    /// tmpfs, as XFS and btrfs, takes the largest number there is.
    @Test func aTreeMayBeLargerThanAnyNumber() throws {
        let scratch = try Scratch(in: "/dev/shm")
        let root = try scratch.directory("root")
        for name in ["a", "b"] {
            let file = try root.fd.open(RawPath(name), [.writeOnly, .create], mode: 0o600)
            try file.truncate(to: .max)
        }
        #expect(try LayerDiff(overlayUpper: root).size() == .max)
        #expect(try LayerDiff(from: nil, to: root).size() == .max)
    }

    @Test func namesComeInOrderAndRelative() throws {
        let scratch = try Scratch()
        let root = try scratch.directory("root")
        try unpack(
            [file("b"), folder("a"), file("a/z"), file("a/.wh.x"), file("a/c"), file("a.d")], into: root,
            mode: .overlayLayer)
        #expect(try names(tar(LayerDiff(overlayUpper: root))) == ["a/", "a/c", "a/.wh.x", "a/z", "a.d", "b"])
    }

    @Test func placesOfTheEnginesOwnAreNoChange() throws {
        let scratch = try Scratch()
        let (old, copied, upper) = (
            try scratch.directory("old"), try scratch.directory("copied"), try scratch.directory("upper")
        )
        let base = [folder("etc"), file("etc/hosts", "1"), folder("var")]
        try unpack(base, into: old)
        let own = [folder("etc"), file("etc/hosts"), file("etc/hostname"), folder("proc")]
        try unpack(own, into: upper, mode: .overlayLayer)
        try unpack(base + [file("etc/hosts"), file("etc/hostname"), folder("proc")], into: copied)
        let unseen: Set = ["/etc/hosts", "/etc/hostname", "/proc"]
        for diff in [LayerDiff(overlayUpper: upper, below: old), LayerDiff(from: old, to: copied)] {
            #expect(try diff.changes(without: unseen).isEmpty)
            #expect(try lines(diff.changes()) == ["C /etc", "A /etc/hostname", "C /etc/hosts", "A /proc"])
        }
        // What else is done there is seen.
        try unpack([file("etc/passwd")], into: upper, mode: .overlayLayer)
        try unpack([folder("etc", mode: 0o700)], into: copied)
        #expect(
            try lines(LayerDiff(overlayUpper: upper, below: old).changes(without: unseen)) == [
                "C /etc", "A /etc/passwd",
            ])
        #expect(try lines(LayerDiff(from: old, to: copied).changes(without: unseen)) == ["C /etc"])
    }

    @Test(.timeLimit(.minutes(1))) func manyChangesBesideManyFolders() throws {
        let scratch = try Scratch(in: "/dev/shm")
        let (old, new) = (try scratch.directory("old"), try scratch.directory("new"))
        for number in 0..<12_000 {
            for root in [old, new] { try root.fd.makeDirectory(RawPath("d\(number)"), mode: 0o755) }
            _ = try old.fd.open(RawPath("f\(number)"), [.writeOnly, .create], mode: 0o600)
        }
        try old.fd.open("d7", [.directory]).makeDirectory("gone", mode: 0o755)
        let changes = try LayerDiff(from: old, to: new).changes()
        #expect(changes.count == 12_002)
        #expect(lines(changes.filter { $0.path.hasPrefix("/d") }) == ["C /d7", "D /d7/gone"])
    }

    @Test func comparesTrees() throws {
        let scratch = try Scratch()
        let (old, new) = (try scratch.directory("old"), try scratch.directory("new"))
        let common = [
            folder("same"), file("same/f", "1"), folder("d"), file("d/keeps", "1"), file("d/grows", "1"),
            file("d/goes", "1"), folder("gone"), file("gone/x"), file("kind"), folder("mode"),
        ]
        try unpack(common, into: old)
        try unpack(common, into: new)
        try unpack(
            [
                file("d/grows", "22"), file("d/.wh.goes"), file(".wh.gone"), file("d/new/er", "333"), folder("kind"),
                folder("mode", mode: 0o700),
            ],
            into: new, mode: .copyLayer)
        try new.fd.setTimes("d", accessed: FileTime(seconds: 1_000_000_000), modified: FileTime(seconds: 1_000_000_000))
        let diff = LayerDiff(from: old, to: new)
        #expect(
            try lines(diff.changes()) == [
                "C /d", "D /d/goes", "C /d/grows", "A /d/new", "A /d/new/er", "D /gone", "C /kind", "C /mode",
            ])
        #expect(try diff.size() == 5)
        #expect(
            try names(tar(diff)) == ["d/", "d/.wh.goes", "d/grows", "d/new/", "d/new/er", ".wh.gone", "kind/", "mode/"])
        try LayerArchive.unpackLayer(try tar(diff), into: old)
        #expect(try LayerDiff(from: old, to: new).changes().isEmpty)
    }

    @Test func overlayChangesNeedWhatIsBelow() throws {
        let scratch = try Scratch()
        let (below, upper) = (try scratch.directory("below"), try scratch.directory("upper"))
        try unpack([folder("etc"), file("etc/a", "1"), file("etc/b", "1"), folder("usr"), file("usr/x")], into: below)
        try unpack(
            [folder("etc"), file("etc/a", "2"), file("etc/.wh.b"), file("etc/new"), folder("usr")],
            into: upper, mode: .overlayLayer)
        #expect(
            try lines(LayerDiff(overlayUpper: upper, below: below).changes()) == [
                "C /etc", "C /etc/a", "D /etc/b", "A /etc/new",
            ])
    }

    @Test func deepTreesAreRemoved() throws {
        let scratch = try Scratch()
        let root = try scratch.directory("root")
        var directory = FDBox(try root.fd.open(".", [.directory]))
        for _ in 0..<300 {
            try directory.fd.makeDirectory("d", mode: 0o755)
            try directory.fd.makeSymbolicLink("l", to: RawPath("/"))
            directory = FDBox(try directory.fd.open("d", [.directory]))
        }
        try scratch.fd.fd.removeTree("root")
        #expect(try scratch.tree() == [])
    }
}

extension LayerArchive {
    static func unpackLayer(_ archive: [UInt8], into root: FDBox) throws {
        _ = try unpack(MemorySource(archive), into: root.fd, options: UnpackOptions(mode: .copyLayer))
    }
}
