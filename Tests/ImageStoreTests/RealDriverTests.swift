import GraphDrivers
import ImageModel
import LayerFS
import LinuxSystem
import OrderedJSON
import Primitives
import Testing

@testable import ImageStore

/// The store on the drivers that ship.
@Suite struct RealDriverTests {
    private func driver(_ name: String, _ bench: Bench) throws -> any GraphDriver {
        let root = bench.scratch("graph")
        try HostDirectory.makeAll(root)
        if name == "vfs" { return try VFSDriver(root: root) }
        if name == "btrfs" {
            try bench.scratch.shell("truncate -s 256M disk; mkfs.btrfs -q disk; mount -o loop disk graph; rm disk")
            return try BtrfsDriver(root: root)
        }
        return try OverlayDriver(root: root)
    }

    /// Two layers, the second of which removes, replaces and adds.
    private func makeArchive(_ bench: Bench) throws -> String {
        try bench.makeTree()
        try bench.scratch.shell(
            """
            mkdir -p top/etc top/bin; : > top/etc/.wh.passwd; echo new > top/etc/new; echo other > top/bin/tool2
            mkdir top/empty; : > top/empty/.wh..wh..opq; echo y > top/empty/y
            tar -C top -cf top.tar etc bin empty
            """)
        let (a, b) = (try bench.scratch.sha256("tree.tar"), try bench.scratch.sha256("top.tar"))
        try bench.scratch.write(
            "c.json",
            #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:\#(a)","sha256:\#(b)"]}}"#
        )
        try bench.scratch.shell(
            """
            printf '[{"Config":"c.json","RepoTags":["app:1"],"Layers":["tree.tar","top.tar"]}]' > manifest.json
            tar -cf in.tar top.tar tree.tar c.json manifest.json
            """)
        return b
    }

    @Test(arguments: ["vfs", "overlay", "btrfs"]) func layersComeOutAsTheyWentIn(name: String) throws {
        guard geteuidIsRoot() else { return requiresRoot() }
        let bench = try Bench()
        defer { _ = try? bench.scratch.shell("umount -l graph 2>/dev/null || :") }
        let driver = try driver(name, bench)
        let store = try ImageStore(root: bench.scratch("real"), driver: driver)
        let top = try makeArchive(bench)
        _ = try store.load(from: bench.open("in.tar")) { _ in }
        let image = try store.resolve("app:1")
        try store.save(["app:1"], to: bench.create("out.tar"))
        try bench.scratch.shell(
            """
            mkdir x; tar -C x -xf out.tar; cmp x/blobs/sha256/\(top) top.tar
            cmp x/blobs/sha256/\(image.diffIDs[0].hex) tree.tar
            """)
        _ = try store.remove("app:1", force: false, noPrune: false) { _ in [] }
        #expect(try driver.ids().isEmpty)
        // This time the documents come first, and the layers are unpacked as they arrive.
        _ = try store.load(from: bench.open("out.tar")) { _ in }
        #expect(try store.resolve("app:1").id == image.id)
        #expect(try ImageStore(root: bench.scratch("real"), driver: driver).notices.isEmpty)
    }

    @Test(arguments: ["vfs", "overlay", "btrfs"]) func aCommitHoldsWhatTheContainerWrote(name: String) throws {
        guard geteuidIsRoot() else { return requiresRoot() }
        let bench = try Bench()
        defer { _ = try? bench.scratch.shell("umount -l graph 2>/dev/null || :") }
        let driver = try driver(name, bench)
        let store = try ImageStore(root: bench.scratch("real"), driver: driver)
        _ = try makeArchive(bench)
        _ = try store.load(from: bench.open("in.tar")) { _ in }
        let base = try store.resolve("app:1")
        try store.createContainerLayer(id: "c1", image: base.id)
        let folder = "graph/\(name)/c1/" + (name == "overlay" ? "diff" : "tree")
        try bench.scratch.shell("echo hello > \(folder)/greeting")
        #expect(try store.changes(containerLayer: "c1") == [Change(.added, "/greeting")])
        #expect(try store.size(containerLayer: "c1") == 6)
        let image = try store.commit(
            containerLayer: "c1",
            ImageStep(
                parent: base.id, draft: ImageConfigDraft(platform: .host, created: .now()),
                history: ImageHistoryEntry(createdBy: "sh"), names: [ImageReference(parsing: "next")]))
        try store.save(["next"], to: bench.create("out.tar"))
        let layer = try #require(image.diffIDs.last).hex
        try bench.scratch.shell("mkdir x; tar -C x -xf out.tar")
        #expect(try bench.scratch.shell("tar -xOf x/blobs/sha256/\(layer) greeting") == "hello")
        try store.removeContainerLayer(id: "c1")
        _ = try store.remove("app:1", force: false, noPrune: false) { _ in [] }
        _ = try store.remove("next", force: false, noPrune: false) { _ in [] }
        #expect(try driver.ids().isEmpty)
    }
}
