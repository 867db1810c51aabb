import GraphDrivers
import LayerFS
import LinuxSystem
import Primitives
import TarCodec
import Testing

/// What every driver has to do alike.
@Suite(.enabled(if: isRoot, "needs root")) struct GraphDriverSuite {
    static let drivers = ["overlay", "btrfs", "vfs"]
    static let base = [
        folder("bin", mode: 0o1755), file("bin/sh", "shell"), link("bin/bash", "sh"),
        link("bin/ash", "bin/sh", hard: true),
        folder("etc"), file("etc/hosts", "1"), file("etc/old", "2"), folder("var"), file("var/a", "3"),
        file("var/b", "4"),
    ]

    @Test(arguments: drivers) func aLayerIsUnpackedAndSeen(_ name: String) throws {
        let bench = try DriverBench(name)
        let archive = try pack(Self.base)
        let applied = try bench.driver.applyDiff(id: "base", parent: nil, from: MemorySource(archive))
        #expect(applied.diffID == Digest.sha256(of: archive))
        #expect(applied.size == 9)
        #expect(bench.driver.exists(id: "base"))
        #expect(try bench.driver.ids() == ["base"])
        #expect(
            try bench.tree("base") == [
                "bin/", "bin/ash=shell", "bin/bash->sh", "bin/sh=shell", "etc/", "etc/hosts=1", "etc/old=2", "var/",
                "var/a=3", "var/b=4",
            ])
        #expect(try bench.view("base").fd.stat("bin").mode == 0o1755)
        #expect(try bench.driver.diffSize(id: "base", parent: nil) == 9)
    }

    @Test(arguments: drivers) func layersLieOnEachOther(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, Self.base)
        try bench.apply(
            "top", on: "base",
            [
                file("etc/.wh.old"), file("etc/hosts", "new"), folder("var"), file("var/.wh..wh..opq"),
                file("var/c", "5"),
            ])
        let expected = [
            "bin/", "bin/ash=shell", "bin/bash->sh", "bin/sh=shell", "etc/", "etc/hosts=new", "var/", "var/c=5",
        ]
        #expect(try bench.tree("top") == expected)
        try bench.driver.create(id: "empty", parent: "top")
        #expect(try bench.tree("empty") == expected)
        #expect(try bench.driver.diffSize(id: "top", parent: "base") == 4)
        #expect(try bench.driver.diffSize(id: "empty", parent: "top") == 0)
    }

    @Test(arguments: drivers) func imageLayersAreReadOnly(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, Self.base)
        try bench.apply("top", on: "base", [file("x")])
        for id in ["base", "top"] {
            let view = try bench.view(id)
            #expect(throws: SystemError.self) { try view.fd.put("new", "x") }
        }
    }

    @Test(arguments: drivers) func aContainerWritesIntoItsOwnLayer(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, Self.base)
        try bench.driver.createWritable(id: "box", parent: "base")
        do {
            let view = try bench.view("box")
            try view.fd.put("etc/hosts", "mine")
            try view.fd.unlink("etc/old")
            try view.fd.removeTree("var")
            try view.fd.put("made", "12345")
        }
        #expect(
            try bench.changes("box", "base") == ["C /etc", "C /etc/hosts", "D /etc/old", "A /made", "D /var"])
        #expect(try bench.driver.diffSize(id: "box", parent: "base") == 9)
        #expect(try bench.tree("base").contains("etc/old=2"))
        try bench.apply2("commit", on: "base", bench.diff("box", "base"))
        #expect(try bench.tree("commit") == bench.tree("box"))
        #expect(try bench.diff("commit", "base") == bench.diff("box", "base"))
    }

    @Test(arguments: drivers) func renamesAndReplacementsAreChanges(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, Self.base)
        try bench.driver.createWritable(id: "box", parent: "base")
        do {
            let view = try bench.view("box")
            try view.fd.rename("etc/hosts", into: view.fd, as: "moved")
            try view.fd.removeTree("var")
            try view.fd.makeDirectory("var", mode: 0o755)
            try view.fd.put("var/z", "9")
            try view.fd.removeTree("bin")
            try view.fd.put("bin", "file")
        }
        try bench.apply2("commit", on: "base", bench.diff("box", "base"))
        #expect(try bench.tree("commit") == ["bin=file", "etc/", "etc/old=2", "moved=1", "var/", "var/z=9"])
        #expect(try bench.tree("commit") == bench.tree("box"))
    }

    @Test(arguments: drivers) func diffAgainstNothingHoldsEverything(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, Self.base)
        try bench.apply("top", on: "base", [file("etc/.wh.old"), file("new", "n")])
        try bench.apply2("flat", on: nil, bench.diff("top", nil))
        #expect(try bench.tree("flat") == bench.tree("top"))
    }

    @Test(arguments: drivers) func aLayerPacksToTheTarItCameFrom(_ name: String) throws {
        let bench = try DriverBench(name)
        let odd = Array(try pack(Self.base).dropLast(1024)) + [UInt8](repeating: 0, count: 10_240)
        let applied = try bench.driver.applyDiff(id: "base", parent: nil, from: MemorySource(odd))
        #expect(try Digest.sha256(of: bench.diff("base", nil)) == applied.diffID)
        let top = try pack([file("z"), file("etc/.wh.old"), file("etc/hosts", "1"), folder("a")])
        try bench.apply2("top", on: "base", top)
        #expect(try bench.diff("top", "base") == top)
        // What overwrites itself is packed from its files.
        try bench.apply("twice", on: "base", [file("f", "1"), file("f", "22")])
        #expect(try bench.diff("twice", "base") == pack([file("f", "22")]))
    }

    @Test func allDriversWriteTheSameTar() throws {
        var archives: [[UInt8]] = []
        for name in Self.drivers {
            let bench = try DriverBench(name)
            try bench.apply("base", on: nil, Self.base)
            try bench.driver.createWritable(id: "box", parent: "base")
            _ = try LayerArchive.unpack(
                MemorySource(
                    try pack([
                        folder("etc", mode: 0o700), file("etc/hosts", "22"), folder("new"), file("new/f", "x"),
                        link("new/hard", "new/f", hard: true),
                    ])), into: bench.view("box").fd)
            try bench.view("box").fd.removeTree("var")
            let view = try bench.view("box")
            try view.fd.link("etc/old", into: view.fd, as: "second")
            try view.fd.unlink("bin/ash")
            try view.fd.open("etc/old", .readOnly).setAttribute("user.note", to: bytes("n"))
            try view.fd.open("etc", [.directory]).setAttribute("user.place", to: bytes("p"))
            for name in ["bin", "new"] {
                try view.fd.setTimes(RawPath(name), accessed: FileTime(seconds: 5), modified: FileTime(seconds: 5))
            }
            archives.append(try bench.diff("box", "base"))
        }
        for archive in archives.dropFirst() { #expect(Digest.sha256(of: archive) == Digest.sha256(of: archives[0])) }
    }

    @Test(arguments: drivers) func aFailedLayerLeavesNothing(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, Self.base)
        let before = try bench.folders()
        #expect(throws: EngineError.self) { try bench.apply("bad", on: "base", [file("fine"), file("../../evil")]) }
        #expect(throws: EngineError.self) {
            try bench.driver.applyDiff(id: "bad", parent: "base", from: MemorySource(bytes("not a tar at all")))
        }
        #expect(!bench.driver.exists(id: "bad"))
        #expect(try bench.folders() == before)
    }

    @Test(arguments: drivers) func leftoversOfACrashAreRemovedAtTheStart(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, Self.base)
        let folder = FDBox(try FD.open(at: RawPath("\(bench.root)/\(name)"), [.directory]))
        try folder.fd.makeDirectory(".new-half-1", mode: 0o700)
        try folder.fd.makeDirectory(".new-half-1/diff", mode: 0o700)
        try folder.fd.makeDirectory(".old-gone-1", mode: 0o700)
        if name == "overlay" { try folder.fd.makeSymbolicLink("l/AAAAAAAAAA", to: RawPath("../half/diff")) }
        let again = try bench.reopened()
        #expect(try again.ids() == ["base"])
        again.emptyTrash()
        #expect(try bench.folders() == (name == "overlay" ? ["base", "l"] : ["base"]))
        if name == "overlay" { #expect(try folder.fd.open("l", [.directory]).entries().count == 1) }
        #expect(try bench.tree("base").count == 10)
    }

    @Test(arguments: drivers) func removedLayersAreGone(_ name: String) throws {
        let bench = try DriverBench(name)
        try bench.apply("base", on: nil, Self.base)
        try bench.driver.createWritable(id: "box", parent: "base")
        try bench.driver.remove(id: "box")
        try bench.driver.remove(id: "box")
        #expect(!bench.driver.exists(id: "box"))
        #expect(throws: EngineError.self) { try bench.driver.mounts(id: "box") }
        try bench.driver.remove(id: "base")
        #expect(try bench.driver.ids() == [])
        #expect(try bench.folders() == (name == "overlay" ? ["l"] : []))
        #expect(!bench.driver.emptyTrash())
    }

    @Test(arguments: drivers) func wrongIdsAreErrors(_ name: String) throws {
        let bench = try DriverBench(name)
        for id in ["", ".", "..", "../x", "a/b", ".hidden", "l", "a b", String(repeating: "x", count: 300)] {
            #expect(throws: EngineError.self, "\(id)") { try bench.driver.create(id: id, parent: nil) }
            #expect(!bench.driver.exists(id: id))
        }
        try bench.driver.create(id: "a", parent: nil)
        #expect(throws: EngineError.self) { try bench.driver.create(id: "a", parent: nil) }
        #expect(throws: EngineError.self) { try bench.driver.create(id: "b", parent: "missing") }
        #expect(try bench.driver.ids() == ["a"])
    }

    @Test(arguments: drivers) func stacksAreDeepButNotDeeperThanDockers(_ name: String) throws {
        let bench = try DriverBench(name)
        var parent: String?
        for number in 1...127 {
            // A file in few of them: vfs copies all that is below into each.
            try bench.apply("layer\(number)", on: parent, number % 16 == 0 ? [file("f\(number)")] : [])
            parent = "layer\(number)"
        }
        try bench.driver.createWritable(id: "box", parent: parent)
        #expect(try bench.tree("box").count == 7)
        try bench.driver.create(id: "last", parent: parent)
        #expect {
            try bench.driver.createWritable(id: "over", parent: "last")
        } throws: { error in
            (error as? EngineError)?.message == "Cannot create container with more than 127 parents"
        }
        #expect(throws: EngineError.self) { try bench.driver.create(id: "over", parent: "last") }
    }
}

extension DriverBench {
    func apply2(_ id: String, on parent: String?, _ archive: [UInt8]) throws {
        _ = try driver.applyDiff(id: id, parent: parent, from: MemorySource(archive))
    }
}
