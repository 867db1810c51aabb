import LayerFS
import LinuxSystem
import TarCodec
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct TreeArchiveTests {
    private func tree(_ scratch: Scratch) throws -> FDBox {
        let root = try scratch.directory("root")
        try unpack(
            [
                folder("d", mode: 0o711), file("d/f", "1", mode: 0o4755), link("d/h", "d/f", hard: true),
                link("d/l", "/etc"), folder("d/e"), file("x", "2"),
            ], into: root)
        return root
    }

    private func packed(_ name: RawPath, of root: FDBox, as newName: RawPath) throws -> [UInt8] {
        let sink = MemorySink()
        try TreeArchive.write(name, of: root, as: newName, to: sink)
        return sink.bytes
    }

    @Test func namesBeginWithTheNewOne() throws {
        let scratch = try Scratch()
        let root = try tree(scratch)
        #expect(try names(packed("d", of: root, as: "n")) == ["n/", "n/e/", "n/f", "n/h", "n/l"])
        #expect(
            try names(packed(".", of: root, as: ".")) == ["./", "./d/", "./d/e/", "./d/f", "./d/h", "./d/l", "./x"])
        #expect(try names(packed("x", of: root, as: "x")) == ["x"])
        #expect(try names(packed("none", of: root, as: "n")) == [])
    }

    /// The kernel passes large contents to a descriptor by itself.
    @Test func aDescriptorGetsTheSameBytesAsMemory() throws {
        let scratch = try Scratch()
        let root = try tree(scratch)
        let large = try root.fd.open("d/large", [.writeOnly, .create], mode: 0o600)
        try large.writeAll((0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        // Data, a hole, data.
        try bytes("end").withUnsafeBytes { try large.writeAll($0, at: 2 << 20) }
        try TreeArchive.write(
            "d", of: root, as: "n", to: FDSink(try scratch.fd.fd.open("out", [.writeOnly, .create], mode: 0o600)))
        #expect(try scratch.fd.fd.open("out", .readOnly).readAll() == packed("d", of: root, as: "n"))
    }

    @Test func theKernelsFilesAreLeftOut() throws {
        let root = FDBox(try FD.open(at: "/", [.path, .directory]))
        #expect(try names(packed("proc", of: root, as: "proc")) == ["proc/"])
    }

    @Test func anArchiveGoesBelowADirectoryAndNowhereElse() throws {
        let scratch = try Scratch()
        let root = try tree(scratch)
        try root.fd.makeSymbolicLink("d/out", to: "/e2")
        try root.fd.makeDirectory("e2", mode: 0o755)
        var options = UnpackOptions()
        options.base = "d"
        options.hidesUnfinished = true
        options.owner = FileOwner(uid: 5, gid: 6)
        func extract(_ files: [(TarEntry, String)]) throws {
            try LayerArchive.extract(MemorySource(try pack(files)), into: root, options: options)
        }
        // Links of the tree lead where the root says; the directory itself is left as it is.
        try extract([folder(".", mode: 0o700), file("f", "22"), file("out/g", "3"), link("again", "f", hard: true)])
        #expect(try scratch.content("root/d/f") == "22")
        #expect(try scratch.content("root/e2/g") == "3")
        #expect(try root.fd.stat("d").mode == 0o711)
        let made = try root.fd.open("d", .directory).stat("f")
        #expect((made.uid, made.gid, made.links) == (5, 6, 2))
        #expect(throws: (any Error).self) { try extract([file("../y", "4")]) }
        #expect(try root.fd.statIfPresent("y") == nil)
    }

    @Test func kindsAreKeptOnDemand() throws {
        let scratch = try Scratch()
        let root = try tree(scratch)
        var options = UnpackOptions()
        (options.base, options.keepsKinds) = (".", true)
        for (entries, words) in [
            ([file("d", "1")], "cannot overwrite directory \"/d\" with non-directory \"/\""),
            ([folder("x")], "cannot overwrite non-directory \"/x\" with directory \"/\""),
        ] {
            #expect {
                try LayerArchive.extract(MemorySource(try pack(entries)), into: root, options: options)
            } throws: {
                "\($0)".contains(words)
            }
        }
    }

    @Test func halfAFileHasNoName() throws {
        let scratch = try Scratch()
        let root = try tree(scratch)
        var options = UnpackOptions()
        options.hidesUnfinished = true
        let whole = try pack([file("a", "1"), file("b", String(repeating: "2", count: 50_000))])
        #expect(throws: (any Error).self) {
            try LayerArchive.extract(MemorySource(Array(whole[..<20_000])), into: root, options: options)
        }
        #expect(try root.fd.statIfPresent("a") != nil)
        #expect(try root.fd.statIfPresent("b") == nil)
    }
}
