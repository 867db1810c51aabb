import GraphDrivers
import ImageModel
import LinuxSystem
import OrderedJSON
import Primitives
import Testing

@testable import ImageStore

@Suite struct ImportTests {
    @Test(arguments: ["cat", "gzip -c", "bzip2 -c", "xz -c"]) func importsATarHoweverItIsCompressed(tool: String) throws
    {
        let bench = try Bench()
        try bench.makeTree()
        try bench.scratch.shell("\(tool) < tree.tar > packed.tar")
        let image = try bench.importTree("packed")
        #expect(image.id == Digest.sha256(of: image.config.bytes))
        #expect(image.diffIDs.map(\.hex) == [try bench.scratch.sha256("tree.tar")])
        #expect(image.tags == ["busybox:latest"])
        #expect(image.config.comment == "Imported from -")
        #expect(image.config.config?["Env"] == ["A=<b>"])
        #expect(image.config.platform == Platform.host)
        #expect(try bench.scratch.shell("readlink layers/\(image.layers[0])/bin/link") == "tool")
        #expect(try bench.store.history("busybox").map(\.comment) == ["Imported from -"])
    }

    @Test func aBrokenTarLeavesNothing() throws {
        let bench = try Bench()
        try bench.makeTree()
        let before = try bench.leftovers()
        try bench.scratch.shell("head -c 200000 tree.tar > cut.tar; head -c 100000 /dev/urandom > noise.tar")
        #expect(kind { try bench.importTree("cut") }?.0 == .badParameter)
        #expect(kind { try bench.importTree("noise") }?.0 == .badParameter)
        #expect(try bench.leftovers() == before)
        #expect(try bench.store.list().isEmpty)
    }

    @Test func twoImportsOfOneTarShareTheLayer() throws {
        let bench = try Bench()
        try bench.makeTree()
        let first = try bench.importTree(as: "a")
        let second = try bench.importTree(as: "b")
        #expect(first.id != second.id)
        #expect(first.layers == second.layers)
        #expect(try bench.driver.ids().count == 1)
        _ = try bench.store.remove("a", force: false, noPrune: false) { _ in [] }
        #expect(try bench.driver.ids() == second.layers)
        _ = try bench.store.remove("b", force: false, noPrune: false) { _ in [] }
        #expect(try bench.driver.ids().isEmpty)
        #expect(try bench.scratch.shell("cd store/image/copy; ls blobs/sha256 tmp | grep -v : || true") == "")
    }

    @Test func theDiskFillsUp() throws {
        guard geteuidIsRoot() else { return requiresRoot() }
        let bench = try Bench()
        try bench.scratch.shell(
            "mkdir small; mount -t tmpfs -o size=2m none small; head -c 4000000 /dev/urandom > big; tar -cf big.tar big"
        )
        defer { _ = try? bench.scratch.shell("umount -l small") }
        let driver = try CopyDriver(bench.scratch("small/layers"))
        let store = try ImageStore(root: bench.scratch("small/store"), driver: driver)
        let error = kind {
            _ = try store.importTar(from: bench.open("big.tar"), message: "m", config: JSONValue.null)
        }
        #expect(error?.1.contains("no space left on device") == true)
        #expect(try driver.ids().isEmpty)
        #expect(
            try bench.scratch.shell("cd small/store/image/copy; ls blobs/sha256 tmp | grep -v : || true") == "")
        #expect(try store.list().isEmpty)
    }
}

@Suite struct SaveTests {
    @Test func theLayerInTheArchiveIsTheTarThatCameIn() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        try bench.store.save(["busybox"], to: bench.create("out.tar"))
        let layer = image.diffIDs[0].hex
        try bench.scratch.shell("mkdir x; tar -C x -xf out.tar; cmp x/blobs/sha256/\(layer) tree.tar")
        #expect(try bench.scratch.shell("tar -tf out.tar | head -1") == "manifest.json")
        let manifest = try JSONValue(parsing: HostFile.read(bench.scratch("x/manifest.json")))
        #expect(manifest[0]?["RepoTags"] == ["busybox:latest"])
        let path = try #require(manifest[0]?["Layers"]?[0]?.stringValue)
        try bench.scratch.shell("test -f x/\(path) -a ! -h x/\(path); cmp x/\(path) tree.tar")
        #expect(manifest[0]?["Config"]?.stringValue == "\(image.id.hex).json")
        #expect(try HostFile.read(bench.scratch("x/\(image.id.hex).json")) == image.config.bytes)
        #expect(try HostFile.read(bench.scratch("x/blobs/sha256/\(image.id.hex)")) == image.config.bytes)
        // Old engines: repositories → id → json, VERSION and the layer.
        let repositories = try JSONValue(parsing: HostFile.read(bench.scratch("x/repositories")))
        let id = try #require(repositories["busybox"]?["latest"]?.stringValue)
        try bench.scratch.shell("cmp x/\(id)/layer.tar tree.tar; test $(cat x/\(id)/VERSION) = 1.0")
        #expect(try V1Image(parsing: HostFile.read(bench.scratch("x/\(id)/json"))).id == id)
        // They take every folder for an image.
        #expect(try bench.scratch.shell("cd x; find . -mindepth 1 -maxdepth 1 -type d") == "./\(id)")
        // OCI: index → manifest → config.
        let index = try OCIIndex(parsing: HostFile.read(bench.scratch("x/index.json")))
        let document = try HostFile.read(bench.scratch("x/" + OCILayout.blobPath(index.manifests[0].digest)))
        #expect(try OCIManifest(parsing: document).config.digest == image.id)
        #expect(index.manifests[0].annotations?[OCIIndex.containerdName] == "docker.io/library/busybox:latest")
    }

    @Test func aRepositoryStandsForAllItsTagsAndAnIDForNone() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        try bench.store.tag(image.id, as: ImageReference(parsing: "busybox:2"))
        try bench.store.save(["busybox"], to: bench.create("all.tar"))
        #expect(
            try bench.scratch.shell("tar -xOf all.tar manifest.json").contains(
                #""RepoTags":["busybox:2","busybox:latest"]"#))
        try bench.store.save([image.id.short], to: bench.create("id.tar"))
        #expect(try bench.scratch.shell("tar -xOf id.tar manifest.json").contains(#""RepoTags":null"#))
        #expect(kind { try bench.store.save(["nope"], to: bench.create("no.tar")) }?.1 == "No such image: nope:latest")
    }

    @Test func aLayerThatChangedOnDiskIsNotedAndNotPassedOff() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        try bench.scratch.shell("printf XXXX | dd of=layers/\(image.layers[0])/bin/tool conv=notrunc status=none")
        #expect(
            kind { try bench.store.save(["busybox"], to: bench.create("out.tar")) }?.1.contains("has changed on disk")
                == true)
    }
}

@Suite struct SharedLayerTests {
    /// Two images, one on top of the other, and one layer that stands in two places of the second.
    @Test func eachLayerIsInTheArchiveOnce() throws {
        let bench = try Bench()
        try bench.makeTree()
        let base = try bench.importTree()
        var draft = ImageConfigDraft(platform: .host, created: Timestamp(seconds: 5))
        try bench.scratch.shell("mkdir t; echo a > t/a; tar -C t -cf t.tar a; cp t.tar u.tar")
        let hex = try bench.scratch.sha256("t.tar")
        draft.diffIDs = base.diffIDs + [try Digest(parsing: "sha256:\(hex)"), try Digest(parsing: "sha256:\(hex)")]
        try HostFile.write(bench.scratch("c.json"), draft.serialized())
        try bench.scratch.shell(
            """
            printf '[{"Config":"c.json","RepoTags":["top:1"],"Layers":["tree.tar","t.tar","u.tar"]}]' > manifest.json
            tar -cf in.tar manifest.json tree.tar t.tar u.tar c.json
            """)
        _ = try bench.store.load(from: bench.open("in.tar")) { _ in }
        let top = try bench.store.resolve("top:1")
        #expect(top.layers.first == base.layers.first)
        try bench.store.save(["top:1", "busybox"], to: bench.create("out.tar"))
        let layers = try bench.scratch.shell("tar -tvf out.tar | grep -c '^-.*layer.tar$'")
        #expect(layers == "2")
        let other = try Bench()
        let loaded = try other.store.load(from: bench.open("out.tar")) { _ in }
        #expect(loaded.compactMap(\.reference) == ["top:1", "busybox:latest"])
        #expect(try other.store.resolve("top:1").id == top.id)
        #expect(try other.store.resolve("busybox").id == base.id)
    }
}
