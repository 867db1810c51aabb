import GraphDrivers
import LinuxSystem
import Primitives
import Testing

@Suite struct RootRequirementTests {
    @Test func suitesThatNeedRootHaveIt() {
        if mustRunAll && !isRoot { Issue.record("these tests need root") }
    }
}

@Suite(.enabled(if: isRoot, "needs root")) struct ChooseDriverTests {
    private func withRoot(_ body: (String, borrowing FD) throws -> Void) throws {
        let name = "storage-test-\(UInt64.random(in: 0 ... .max))"
        let parent = try FD.open(at: "/var/tmp", [.directory])
        try parent.makeDirectory(RawPath(name), mode: 0o700)
        defer { try? parent.removeTree(RawPath(name)) }
        try body("/var/tmp/\(name)", try parent.open(RawPath(name), [.directory]))
    }

    private func message(_ root: String, named: String? = nil) -> String {
        do {
            return try chooseDriver(named: named, root: root).driver.name
        } catch {
            return (error as? EngineError)?.message ?? "\(error)"
        }
    }

    @Test func overlayComesFirst() throws {
        try withRoot { root, _ in
            #expect(message(root) == "overlay")
            #expect(message(root, named: "overlay2") == "overlay")
            #expect(message(root, named: "vfs") == "vfs")
            #expect(message(root, named: "aufs") == "driver not supported: aufs")
        }
    }

    @Test func layersThatAreThereDecide() throws {
        try withRoot { root, folder in
            try chooseDriver(named: "vfs", root: root).driver.create(id: "a", parent: nil)
            #expect(message(root) == "overlay", "vfs is never taken for a choice")
            try chooseDriver(named: "overlay", root: root).driver.create(id: "a", parent: nil)
            #expect(message(root) == "overlay")
            try folder.makeDirectory("aufs", mode: 0o700)
            try folder.makeDirectory("aufs/diff", mode: 0o700)
            #expect(
                message(root) == "\"\(root)\" contains other graphdrivers: aufs,overlay; "
                    + "Please cleanup or explicitly choose storage driver (-s <DRIVER>)")
            try folder.removeTree("overlay")
            #expect(message(root) == "[graphdriver] prior storage driver \"aufs\" failed: driver not supported: aufs")
        }
    }

    @Test func overlayOnOverlayIsRefused() throws {
        try withRoot { root, folder in
            for name in ["lower", "upper", "work", "merged"] { try folder.makeDirectory(RawPath(name), mode: 0o755) }
            let mount = try DetachedMount.make(
                type: "overlay", source: "overlay",
                options: ["lowerdir=\(root)/lower", "upperdir=\(root)/upper", "workdir=\(root)/work"])
            let inside = "/proc/self/fd/\(mount.rawValue)"
            #expect(message(inside, named: "overlay") == "'overlay' is not supported over overlayfs.")
            #expect(message(inside) == "vfs")
        }
    }

    @Test func statusNamesTheFileSystem() throws {
        try withRoot { root, _ in
            let status = try chooseDriver(named: "overlay", root: root).driver.status()
            #expect(status.map(\.0).first == "Backing Filesystem")
            #expect(status.contains { $0 == ("Supports d_type", "true") })
        }
    }
}
