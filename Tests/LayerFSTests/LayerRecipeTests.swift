import LayerFS
import LinuxSystem
import Primitives
import TarCodec
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct LayerRecipeTests {
    /// An archive that our own writer would not write: other blocking, odd padding, a global header, a sparse file.
    private func foreignArchive() throws -> [UInt8] {
        let sparse = ["GNU.sparse.size=9000", "GNU.sparse.map=0,4,8000,4", "GNU.sparse.name=holes"].map(record).joined()
        var archive = try rawHeader("g", "global", 16) + padded("16 comment=hello")
        archive = Array(archive.dropLast(512)) + padded("17 comment=hello\n")
        archive.replaceSubrange(0..<512, with: try rawHeader("g", "global", 17))
        archive += try pack([folder("./"), folder("./d"), file("./d/a", "first"), link("l", "d")]).dropLast(1024)
        archive += try pack([file("l/b", String(repeating: "b", count: 300_000)), file(".wh.gone"), file("d/empty")])
            .dropLast(1024)
        archive += try pack([file(".wh..wh.aufs", "meta"), file(".wh..wh.plnk/1", "kept")]).dropLast(1024)
        archive += try pack([link("hard", ".wh..wh.plnk/1", hard: true)]).dropLast(1024)
        archive += try rawHeader("x", "p", sparse.utf8.count) + padded(sparse)
        archive += try TarWriter.header(for: TarEntry(kind: .file, name: bytes("h"), size: 8)) + padded("abcdefgh")
        let tail =
            [UInt8](repeating: 0, count: 1024) + bytes("what follows the end") + [UInt8](repeating: 0, count: 9000)
        return archive + tail
    }

    @Test(arguments: [UnpackMode.plain, .overlayLayer, .copyLayer])
    func theSameBytesComeBack(mode: UnpackMode) throws {
        let scratch = try Scratch()
        let (archive, recipe, repacked) = (try foreignArchive(), MemorySink(), MemorySink())
        let applied = try LayerArchive.unpack(
            MemorySource(archive, chunk: 777), into: scratch.fd.fd, options: UnpackOptions(mode: mode), recipe: recipe)
        #expect(applied.isRepeatable)
        #expect(recipe.bytes.count < 3000)
        try LayerArchive.repack(MemorySource(recipe.bytes), from: scratch.fd, to: repacked)
        #expect(repacked.bytes == archive)
    }

    @Test(arguments: [UnpackMode.plain, .overlayLayer, .copyLayer])
    func archivesThatOverwriteThemselvesSaySo(mode: UnpackMode) throws {
        for second in [file("f", "2"), link("f", "g"), folder("f")] {
            let scratch = try Scratch()
            let applied = try unpack([file("f", "1"), second], into: scratch.fd, mode: mode)
            #expect(!applied.isRepeatable)
        }
    }

    @Test func changedFilesAreNoticed() throws {
        let scratch = try Scratch()
        let recipe = MemorySink()
        _ = try LayerArchive.unpack(
            MemorySource(try pack([file("f", "1234")])), into: scratch.fd.fd, recipe: recipe)
        try scratch.fd.fd.open("f", [.writeOnly]).writeAll(bytes("4321"))
        #expect(throws: EngineError.self) {
            try LayerArchive.repack(MemorySource(recipe.bytes), from: scratch.fd, to: MemorySink())
        }
        try scratch.fd.fd.open("f", [.writeOnly]).truncate(to: 2)
        #expect(throws: EngineError.self) {
            try LayerArchive.repack(MemorySource(recipe.bytes), from: scratch.fd, to: MemorySink())
        }
    }

    @Test func damagedRecipesAreErrors() throws {
        let scratch = try Scratch()
        let recipe = MemorySink()
        _ = try LayerArchive.unpack(
            MemorySource(try pack([file("f", "1234")])), into: scratch.fd.fd, recipe: recipe)
        for cut in stride(from: 0, to: recipe.bytes.count, by: 5) {
            #expect(throws: EngineError.self) {
                try LayerArchive.repack(MemorySource(Array(recipe.bytes[..<cut])), from: scratch.fd, to: MemorySink())
            }
        }
        for bad in ["", "martlet layer recipe 1\n\u{2}\u{1}/", "martlet layer recipe 1\n\u{1}\u{7f}", "other"] {
            #expect(throws: EngineError.self) {
                try LayerArchive.repack(MemorySource(bytes(bad)), from: scratch.fd, to: MemorySink())
            }
        }
    }
}
