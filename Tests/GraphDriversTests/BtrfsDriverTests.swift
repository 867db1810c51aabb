import GraphDrivers
import LayerFS
import LinuxSystem
import Primitives
import Testing

/// What btrfs has beside the contract of all drivers.
@Suite(.enabled(if: isRoot, "needs root")) struct BtrfsDriverTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return (error as? EngineError)?.message ?? "\(error)"
        }
    }

    @Test func theFileSystemOfTheRootDecides() throws {
        let disk = try LoopDisk("mkfs.btrfs -q")
        let (driver, reason) = try chooseDriver(named: nil, root: disk.path)
        #expect(driver.name == "btrfs")
        #expect(reason == "\(disk.path) is on btrfs")
        #expect(driver.status().map { [$0.0, $0.1] } == [["Btrfs", ""]])
        try driver.create(id: "a", parent: nil)
        #expect(try chooseDriver(named: nil, root: disk.path).reason == "it has layers")
        #expect(
            message { _ = try chooseDriver(named: "overlay", root: disk.path) }
                == "'overlay' is not supported over btrfs.")
        #expect(
            message { _ = try chooseDriver(named: "btrfs", root: "/var/tmp/graph-test-nowhere") }
                == "prerequisites for driver not satisfied (wrong filesystem?)")
        #expect(throws: SystemError.self) { _ = try FD.open(at: "/var/tmp/graph-test-nowhere", [.path]) }
    }

    /// A container may make subvolumes, read-only ones too, and nest them.
    private func nest(in tree: borrowing FD) throws {
        try tree.makeDirectory("deep", mode: 0o755)
        try tree.open("deep", [.directory]).makeSubvolume("a")
        try tree.put("deep/a/file", "1")
        try tree.makeDirectory("deep/a/dir", mode: 0o755)
        try tree.open("deep/a/dir", [.directory]).makeSubvolume("b")
        try tree.put("deep/a/dir/b/file", "2")
        try tree.makeSubvolume("c")
        try LoopDisk.shell("btrfs -q property set /proc/\(DaemonProcess.pid)/fd/\(tree.rawValue)/deep/a ro true")
    }

    @Test func nestedSubvolumesGoWithTheLayer() throws {
        let bench = try DriverBench("btrfs")
        try bench.apply("base", on: nil, GraphDriverSuite.base)
        try bench.driver.createWritable(id: "box", parent: "base")
        try nest(in: FD.open(at: RawPath("\(bench.root)/btrfs/box/tree"), [.directory]))
        // They are part of what the container wrote.
        #expect(try bench.changes("box", "base").contains("A /deep/a/dir/b/file"))
        try bench.apply2("commit", on: "base", bench.diff("box", "base"))
        #expect(try bench.tree("commit") == bench.tree("box"))
        try bench.driver.remove(id: "box")
        #expect(try bench.folders() == ["base", "commit"])
        #expect(try bench.tree("commit").contains("deep/a/dir/b/file=2"))
    }

    /// What stands on a layer sees no empty directories where the container had subvolumes.
    @Test(arguments: [CaptureMode.keeping, .consuming]) func nestedSubvolumesBecomeDirectories(
        _ mode: CaptureMode
    ) throws {
        let bench = try DriverBench("btrfs")
        try bench.apply("base", on: nil, GraphDriverSuite.base)
        try bench.driver.createWritable(id: "box", parent: "base")
        try nest(in: FD.open(at: RawPath("\(bench.root)/btrfs/box/tree"), [.directory]))
        let (tree, tar) = (try bench.tree("box"), try bench.diff("box", "base"))
        #expect(try bench.driver.capture("box", as: "top", mode, without: []).diffID == Digest.sha256(of: tar))
        #expect(try bench.diff("top", "base") == tar)
        try bench.driver.remove(id: "box")
        try bench.driver.createWritable(id: "next", parent: "top")
        #expect(try bench.tree("next") == tree)
        #expect(try bench.changes("next", "top") == [])
    }

    @Test func aCrashLeavesNoSubvolumes() throws {
        let bench = try DriverBench("btrfs")
        try bench.apply("base", on: nil, GraphDriverSuite.base)
        let folder = FDBox(try FD.open(at: RawPath("\(bench.root)/btrfs"), [.directory]))
        for name in [".new-box-1", ".old-box-2"] {
            try folder.fd.makeDirectory(RawPath(name), mode: 0o700)
            let layer = FDBox(try folder.fd.open(RawPath(name), [.directory]))
            try layer.fd.makeSnapshot("tree", of: try folder.fd.open("base/tree", [.directory]))
            try nest(in: try layer.fd.open("tree", [.directory]))
        }
        try folder.fd.makeDirectory(".new-early-3", mode: 0o700)
        let again = try bench.reopened()
        #expect(try again.ids() == ["base"])
        again.emptyTrash()
        #expect(try bench.folders() == ["base"])
    }

    /// The same size and time, as builds make them that set all times to one: Docker's rule sees no difference.
    @Test func whatLooksTheSameAndIsNotIsFound() throws {
        let bench = try DriverBench("btrfs")
        try bench.apply("base", on: nil, GraphDriverSuite.base)
        try bench.driver.createWritable(id: "box", parent: "base")
        do {
            let view = try bench.view("box")
            for name in ["etc/hosts", "etc/old"] {
                let before = try view.fd.open(RawPath(name), .readOnly).stat().modified
                if name == "etc/old" { try view.fd.unlink(RawPath(name)) }
                try view.fd.put(name, "x")
                try view.fd.open(RawPath(name), .readWrite).setTimes(accessed: before, modified: before)
            }
            // Read, and nothing else.
            _ = try view.fd.open("var/a", .readOnly).readAll()
        }
        #expect(try bench.changes("box", "base") == ["C /etc", "C /etc/hosts", "C /etc/old"])
        #expect(try bench.driver.diffSize(id: "box", parent: "base") == 2)
    }

    @Test func aContainerMayHaveALimit() throws {
        let disk = try LoopDisk("mkfs.btrfs -q")
        let driver = try chooseDriver(
            named: "btrfs", root: disk.path, options: ["btrfs.min_space=4m"]
        ).driver
        for (options, expected) in [
            (["size": "2M"], "btrfs: storage size cannot be less than 4.194MB"),
            (["size": "0"], "btrfs: invalid storage size: 0B"), (["size": "lots"], "invalid size: 'lots'"),
            (["speed": "1"], "unknown option speed"),
        ] {
            #expect(message { try driver.createWritable(id: "box", parent: nil, options: options) } == expected)
            #expect(!driver.exists(id: "box"))
        }
        try driver.createWritable(id: "box", parent: nil, options: ["size": "8M"])
        let tree = FDBox(try FD.open(at: RawPath("\(disk.path)/btrfs/box/tree"), [.directory]))
        #expect {
            let file = try tree.fd.open("big", [.writeOnly, .create], mode: 0o644)
            for _ in 0..<32 { try file.writeAll([UInt8](repeating: 7, count: 1 << 20)) }
            try file.sync()
        } throws: { error in
            // EDQUOT
            (error as? SystemError)?.errno == 122
        }
        try driver.remove(id: "box")
        #expect(try driver.ids() == [])
    }
}
