import GraphDrivers
import LayerFS
import LinuxSystem
import Primitives
import TarCodec
import Testing

/// Layers made of what containers changed.
@Suite(.enabled(if: isRoot, "needs root")) struct CaptureSuite {
    static let cases = GraphDriverSuite.drivers.flatMap { name in
        [CaptureMode.keeping, .consuming].map { (name, $0) }
    }

    /// A container that changed, removed, replaced and made things.
    private func changedBox(_ name: String) throws -> DriverBench {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, GraphDriverSuite.base)
        try bench.driver.createWritable(id: "box", parent: "base")
        let view = try bench.view("box")
        _ = try LayerArchive.unpack(
            MemorySource(
                try pack([
                    folder("etc", mode: 0o711), file("etc/hosts", "22"), folder("new", mode: 0o2755),
                    file("new/f", "x"), link("new/hard", "new/f", hard: true), link("new/link", "../etc"),
                    folder("new/deep"), file("new/deep/g"), file("z", String(repeating: "z", count: 700_000)),
                    (TarEntry(kind: .fifo, name: bytes("new/fifo"), mode: 0o640, modified: then), ""),
                ])), into: view.fd)
        try view.fd.unlink("etc/old")
        try view.fd.removeTree("var")
        try view.fd.makeDirectory("var", mode: 0o700)
        try view.fd.setTimes("var", accessed: FileTime(seconds: 5), modified: FileTime(seconds: 5))
        try view.fd.put("var/own", "1")
        try view.fd.open("var/own", [.writeOnly]).setAttribute("user.k", to: [1, 0])
        let sparse = try view.fd.open("sparse", [.writeOnly, .create], mode: 0o600)
        try sparse.writeAll(UnsafeRawBufferPointer(start: nil, count: 0), at: 0)
        try bytes("end").withUnsafeBytes { try sparse.writeAll($0, at: 3 << 20) }
        return bench
    }

    @Test(arguments: cases) func aLayerIsWhatTheContainersTarWouldGive(name: String, mode: CaptureMode) throws {
        let bench = try changedBox(name)
        let (tree, tar) = (try bench.tree("box"), try bench.diff("box", "base"))
        let size = try bench.driver.diffSize(id: "box", parent: "base")
        let applied = try bench.driver.capture("box", as: "top", mode, without: [])
        #expect(applied.diffID == Digest.sha256(of: tar))
        #expect((applied.size, applied.tarSize) == (size, Int64(tar.count)))
        #expect(try bench.tree("top") == tree)
        #expect(try bench.diff("top", "base") == tar)
        let view = try bench.view("top")
        #expect(try view.fd.stat("new").mode == 0o2755)
        #expect(try view.fd.open("new", .directory).stat("f").links == 2)
        let sparse = try view.fd.stat("sparse")
        #expect(sparse.size == 3 << 20 + 3 && sparse.allocated < 1 << 20)
        #expect(throws: SystemError.self) { try view.fd.put("more", "x") }
        // It is a layer as any other.
        try bench.driver.createWritable(id: "next", parent: "top")
        #expect(try bench.changes("next", "top") == [])
        #expect(try bench.tree("next") == tree)
    }

    @Test(arguments: GraphDriverSuite.drivers) func aKeptContainerGoesOn(_ name: String) throws {
        let bench = try changedBox(name)
        let before = (try bench.tree("box"), try bench.diff("box", "base"))
        let applied = try bench.driver.capture("box", as: "top", .keeping, without: [])
        #expect(try bench.tree("box") == before.0)
        #expect(try bench.diff("box", "base") == before.1)
        try bench.view("box").fd.open("new/f", [.writeOnly]).writeAll(bytes("changed later"))
        #expect(try Digest.sha256(of: bench.diff("top", "base")) == applied.diffID)
    }

    @Test(arguments: GraphDriverSuite.drivers) func aConsumedContainerCanBeRemoved(_ name: String) throws {
        let bench = try changedBox(name)
        _ = try bench.driver.capture("box", as: "top", .consuming, without: [])
        try bench.driver.remove(id: "box")
        #expect(try bench.folders() == (name == "overlay" ? ["base", "l", "top"] : ["base", "top"]))
        #expect(try bench.tree("top").contains("new/f=x"))
    }

    @Test(arguments: cases) func placesForMountsAreNoPartOfIt(name: String, mode: CaptureMode) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, [folder("etc"), file("etc/passwd", "p"), folder("run")])
        try bench.driver.createWritable(id: "box", parent: "base")
        let places = [
            folder("etc"), file("etc/hosts"), folder("proc"), folder("dev"), file("dev/console"), file("made"),
            folder("run"), folder("run/x"), file("run/x/y"),
        ]
        _ = try LayerArchive.unpack(MemorySource(try pack(places)), into: bench.view("box").fd)
        let unseen: Set = ["/etc/hosts", "/proc", "/dev", "/run/x/y"]
        let applied = try bench.driver.capture("box", as: "top", mode, without: unseen)
        let expected = try pack([folder("dev"), file("dev/console"), file("made")])
        #expect(applied.diffID == Digest.sha256(of: expected))
        #expect(try bench.diff("top", "base") == expected)
        #expect(try bench.tree("top") == ["dev/", "dev/console=", "etc/", "etc/passwd=p", "made=", "run/"])
    }

    @Test(arguments: cases) func aFolderKeepsItsTimeWhenAPlaceInItGoes(name: String, mode: CaptureMode) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, [folder("etc"), file("etc/passwd", "p")])
        try bench.driver.createWritable(id: "box", parent: "base")
        let changes = [folder("etc"), file("etc/passwd", "changed"), file("etc/hosts")]
        _ = try LayerArchive.unpack(MemorySource(try pack(changes)), into: bench.view("box").fd)
        let applied = try bench.driver.capture("box", as: "top", mode, without: ["/etc/hosts"])
        #expect(try bench.diff("top", "base") == pack([folder("etc"), file("etc/passwd", "changed")]))
        #expect(try Digest.sha256(of: bench.diff("top", "base")) == applied.diffID)
    }

    @Test(arguments: cases) func nothingChangedIsTheEmptyTar(name: String, mode: CaptureMode) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, GraphDriverSuite.base)
        try bench.driver.createWritable(id: "box", parent: "base")
        let applied = try bench.driver.capture("box", as: "top", mode, without: [])
        #expect(applied.diffID == Digest.sha256(of: [UInt8](repeating: 0, count: 1024)))
        #expect(applied.entries == 0)
    }

    @Test(arguments: cases) func aContainerWithoutAnImageGivesItsFiles(name: String, mode: CaptureMode) throws {
        let bench = try DriverBench(name)
        try bench.driver.createWritable(id: "box", parent: nil)
        try bench.view("box").fd.put("only", "1")
        let applied = try bench.driver.capture("box", as: "first", mode, without: [])
        #expect(try bench.tree("first") == ["only=1"])
        #expect(try Digest.sha256(of: bench.diff("first", nil)) == applied.diffID)
    }

    @Test(arguments: cases) func aFailedCaptureLeavesNothing(name: String, mode: CaptureMode) throws {
        let bench = try changedBox(name)
        let before = try bench.folders()
        #expect(throws: EngineError.self) { try bench.driver.capture("box", as: "base", mode, without: []) }
        #expect(throws: EngineError.self) { try bench.driver.capture("base", as: "top", mode, without: []) }
        #expect(throws: EngineError.self) { try bench.driver.capture("none", as: "top", mode, without: []) }
        #expect(try bench.folders() == before)
        #expect(try bench.tree("box").contains("new/f=x"))
    }
}

/// One layer's files in another.
@Suite(.enabled(if: isRoot, "needs root")) struct ShareSuite {
    @Test func theFilesAreTheSameAndTheRootIsTheParents() throws {
        let bench = try DriverBench("overlay")
        try bench.apply("base", on: nil, [folder("etc", mode: 0o711), file("etc/old", "1")])
        try bench.driver.createWritable(id: "box", parent: nil)
        let content = try pack([
            folder("etc", mode: 0o700), file("etc/new", "2"), link("hard", "etc/new", hard: true), link("soft", "etc"),
        ])
        _ = try LayerArchive.unpack(MemorySource(content), into: bench.view("box").fd)
        let applied = try bench.driver.capture("box", as: "alone", .consuming, without: [])
        #expect(try bench.driver.share("alone", as: "top", parent: "base"))
        #expect(try bench.tree("top") == ["etc/", "etc/new=2", "etc/old=1", "hard=2", "soft->etc"])
        let root = try FD.open(at: RawPath(bench.root + "/overlay"), [.directory])
        #expect(try root.stat("alone/diff/etc/new").inode == root.stat("top/diff/etc/new").inode)
        #expect(try root.stat("top/diff").mode == root.stat("base/diff").mode)
        #expect(try Digest.sha256(of: bench.diff("top", "base")) == applied.diffID)
        try bench.driver.remove(id: "alone")
        #expect(try bench.tree("top").contains("etc/new=2"))
        #expect(try Digest.sha256(of: bench.diff("top", "base")) == applied.diffID)
    }

    @Test func aLayerThatCameAsATarGivesThatTar() throws {
        let bench = try DriverBench("overlay")
        let tar = try pack([file("z", "1"), file("a", "2"), folder("etc")])
        _ = try bench.driver.applyDiff(id: "alone", parent: nil, from: MemorySource(tar))
        try bench.apply("base", on: nil, GraphDriverSuite.base)
        #expect(try bench.driver.share("alone", as: "top", parent: "base"))
        #expect(try bench.diff("top", "base") == tar)
    }

    @Test(arguments: ["vfs", "btrfs"]) func aWholeTreeHasNoFilesOfItsOwn(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, GraphDriverSuite.base)
        #expect(try bench.driver.share("base", as: "top", parent: nil) == false)
        #expect(!bench.driver.exists(id: "top"))
    }
}
