import LayerFS
import LinuxSystem
import Primitives
import TarCodec
import Testing

@Suite struct RootRequirementTests {
    @Test func suitesThatNeedRootHaveIt() {
        if mustRunAll && !isRoot { Issue.record("these tests need root") }
    }
}

@Suite(.enabled(if: isRoot, "needs root")) struct UnpackTests {
    @Test func keepsOwnerModeTimesAndLinks() throws {
        let scratch = try Scratch()
        var program = file("bin/su", "#!", mode: 0o4755)
        program.0.uid = 12
        program.0.gid = 34
        program.0.modified = TarTime(seconds: 1_500_000_000, nanoseconds: 123_456_789)
        let applied = try unpack(
            [
                folder("bin", mode: 0o1750), program, link("bin/ln", "su"), link("hard", "bin/su", hard: true),
                (TarEntry(kind: .fifo, name: bytes("fifo"), mode: 0o622), ""),
                (
                    TarEntry(kind: .characterDevice, name: bytes("null"), mode: 0o666, deviceMajor: 1, deviceMinor: 3),
                    ""
                ),
            ],
            into: scratch.fd)
        #expect(applied.entries == 6)
        #expect(applied.size == 2)
        let root = scratch.fd
        let su = try root.fd.stat("bin/su")
        #expect((su.uid, su.gid, su.mode, su.links) == (12, 34, 0o4755, 2))
        #expect(su.modified == FileTime(seconds: 1_500_000_000, nanoseconds: 123_456_789))
        let bin = try root.fd.stat("bin")
        #expect(bin.mode == 0o1750)
        #expect(bin.modified == FileTime(seconds: 1_000_000_000))
        #expect(try root.fd.readLink("bin/ln").string == "su")
        #expect(try root.fd.stat("hard").inode == su.inode)
        #expect(try root.fd.stat("fifo").kind == .fifo)
        let null = try root.fd.stat("null")
        #expect((null.kind, null.specialMajor, null.specialMinor, null.mode) == (.characterDevice, 1, 3, 0o666))
    }

    /// `printf '' | sha256sum` of two zero blocks, by coreutils.
    @Test func diffIDIsTheHashOfTheUncompressedTar() throws {
        let scratch = try Scratch()
        let applied = try LayerArchive.unpack(MemorySource(TarWriter.end), into: scratch.fd.fd)
        #expect(applied.diffID.description == "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
        #expect(applied.tarSize == 1024)
    }

    @Test func extendedAttributesComeThroughExceptAnOverlaysOwn() throws {
        let scratch = try Scratch()
        var program = file("f", "x")
        program.0.attributes = [
            TarAttribute(name: bytes("user.note"), value: bytes("hello")),
            TarAttribute(name: bytes("trusted.overlay.redirect"), value: bytes("/etc")),
            TarAttribute(
                name: bytes("security.capability"),
                value: [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ]
        try unpack([program], into: scratch.fd)
        #expect(try scratch.fd.fd.attribute("user.note", of: "f") == bytes("hello"))
        #expect(try scratch.fd.fd.attribute("security.capability", of: "f")?.count == 20)
        #expect(try scratch.fd.fd.attribute("trusted.overlay.redirect", of: "f") == nil)
    }

    @Test func missingParentsAreMadeAndOldEntriesReplaced() throws {
        let scratch = try Scratch()
        try unpack([file("a/b/c", "1"), folder("d"), file("d/x"), link("l", "d")], into: scratch.fd)
        #expect(try scratch.fd.fd.stat("a/b").mode == 0o755)
        try unpack([folder("a/b/c"), file("d", "now a file"), file("l", "now a file")], into: scratch.fd)
        #expect(try scratch.tree() == ["a/", "a/b/", "a/b/c/", "d", "l"])
        try unpack([folder("a", mode: 0o700)], into: scratch.fd)
        #expect(try scratch.fd.fd.stat("a").mode == 0o700)
        #expect(try scratch.tree() == ["a/", "a/b/", "a/b/c/", "d", "l"])
    }

    @Test func sparseFilesKeepTheirHoles() throws {
        let scratch = try Scratch()
        let size: Int64 = 64 << 20
        let records = [
            "GNU.sparse.size=\(size)", "GNU.sparse.map=0,4,33554432,4", "GNU.sparse.name=holes",
        ].map { record($0) }.joined()
        let archive =
            try rawHeader("x", "p", records.utf8.count) + padded(records)
            + (try TarWriter.header(for: TarEntry(kind: .file, name: bytes("h"), size: 8))) + padded("abcdefgh")
        _ = try LayerArchive.unpack(MemorySource(archive), into: scratch.fd.fd)
        let stat = try scratch.fd.fd.stat("holes")
        #expect(stat.size == size)
        #expect(stat.allocated < 1 << 20)
        let holes = try scratch.fd.fd.open("holes", .readOnly)
        var four = [UInt8](repeating: 0, count: 4)
        _ = try four.withUnsafeMutableBytes { try holes.read(into: $0, at: 33_554_432) }
        #expect(four == bytes("efgh"))
    }

    @Test func plainModeKnowsNoWhiteouts() throws {
        let scratch = try Scratch()
        try unpack([file("a"), file(".wh.a")], into: scratch.fd)
        #expect(try scratch.tree() == [".wh.a", "a"])
    }

    @Test func overlayLayersGetTheKernelsMarks() throws {
        let scratch = try Scratch()
        try unpack(
            [
                file(".wh.gone"), folder("d"), file("d/.wh..wh..opq"), file("d/new"), file(".wh..wh.aufs"),
                file(".wh..wh.plnk/1", "linked"), link("hard", ".wh..wh.plnk/1", hard: true),
            ],
            into: scratch.fd, mode: .overlayLayer)
        #expect(try scratch.tree() == ["d/", "d/new", "gone", "hard"])
        #expect(try scratch.fd.fd.stat("gone").isWhiteout)
        #expect(try scratch.fd.fd.attribute("trusted.overlay.opaque", of: "d") == bytes("y"))
        #expect(try scratch.content("hard") == "linked")
    }

    @Test func copyLayersRemove() throws {
        let scratch = try Scratch()
        try unpack(
            [file("gone/deep/file"), file("d/old"), file("d/sub/old"), file("d/sub/kept"), file("stays")],
            into: scratch.fd)
        try unpack(
            [file(".wh.gone"), file("d/sub/kept", "new"), file("d/.wh..wh..opq"), file("d/new"), file(".wh.never")],
            into: scratch.fd, mode: .copyLayer)
        #expect(try scratch.tree() == ["d/", "d/new", "d/sub/", "d/sub/kept", "stays"])
        #expect(try scratch.content("d/sub/kept") == "new")
    }

    /// A layer may put files below a directory that an earlier one made a link.
    @Test func linksInParentsAreFollowedInsideTheRoot() throws {
        let scratch = try Scratch()
        let root = try scratch.directory("root")
        try unpack(
            [folder("usr/bin"), link("bin", "usr/bin"), link("abs", "/usr/bin"), file("bin/a"), file("abs/b")],
            into: root)
        #expect(
            try scratch.tree() == [
                "root/", "root/abs", "root/bin", "root/usr/", "root/usr/bin/",
                "root/usr/bin/a", "root/usr/bin/b",
            ])
    }

    @Test func truncatedAndDamagedArchivesAreErrors() throws {
        let archive = try pack([file("a", String(repeating: "x", count: 5000))])
        let scratch = try Scratch()
        for cut in [3000, 700, 100] {
            #expect(throws: EngineError.self) {
                try LayerArchive.unpack(MemorySource(Array(archive[..<cut])), into: scratch.fd.fd)
            }
        }
    }
}

func record(_ pair: String) -> String {
    var length = pair.utf8.count + 3
    while "\(length) \(pair)\n".utf8.count != length { length += 1 }
    return "\(length) \(pair)\n"
}

func padded(_ text: String) -> [UInt8] {
    bytes(text) + [UInt8](repeating: 0, count: TarWriter.padding(after: Int64(text.utf8.count)))
}

func rawHeader(_ type: Character, _ name: String, _ size: Int) throws -> [UInt8] {
    try TarWriter.header(for: TarEntry(kind: .file, name: bytes(name), size: Int64(size))).retyped(type)
}

extension [UInt8] {
    func retyped(_ type: Character) -> [UInt8] {
        var block = self
        block[156] = type.asciiValue ?? 0
        block.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        block.replaceSubrange(148..<155, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0])
        return block
    }
}
