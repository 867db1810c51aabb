import GraphDrivers
import ImageModel
import LinuxSystem
import Primitives
import Synchronization
import Testing

@testable import ImageStore

@Suite struct HeldImageTests {
    /// A base, and an image with two layers on it.
    private func bench() throws -> (bench: Bench, base: Image, built: Image) {
        let bench = try Bench()
        try bench.makeTree()
        let base = try bench.importTree()
        var last = base
        for name in ["one", "two"] {
            try bench.scratch.shell(
                "mkdir -p \(name)/etc; echo \(name) > \(name)/etc/\(name); tar -C \(name) -cf \(name).tar etc")
            bench.driver.diffTar.withLock { $0 = bench.scratch("\(name).tar") }
            try bench.store.createContainerLayer(id: name, image: last.id)
            let step = ImageStep(
                parent: last.id, draft: ImageConfigDraft(platform: .host, created: .now()),
                history: ImageHistoryEntry(createdBy: name))
            last = try bench.store.commit(containerLayer: name, step)
            try bench.store.removeContainerLayer(id: name)
        }
        return (bench, base, last)
    }

    private func remove(_ image: Image, _ bench: Bench) throws {
        _ = try bench.store.remove(image.id.description, force: true, noPrune: false) { _ in [] }
    }

    @Test func anImageThatIsHeldOutlivesItsRemoval() throws {
        let (bench, base, built) = try bench()
        let held = try bench.store.hold(built.config)
        try remove(built, bench)
        try remove(base, bench)
        try bench.store.save(held, as: [ImageReference(parsing: "a/b:c")], to: bench.create("saved.tar"))
        let loaded = try bench.store.load(from: bench.open("saved.tar")) { _ in }
        #expect(loaded.map(\.id) == [built.id] && loaded.map(\.reference) == ["a/b:c"])
        try remove(try bench.store.resolve("a/b:c"), bench)
        #expect(try bench.driver.ids().count == 3)
        bench.store.letGo(held)
        #expect(try bench.driver.ids().isEmpty)
    }

    @Test func whoTakesItOnceMoreKeepsItAsLong() throws {
        let (bench, base, built) = try bench()
        let held = try bench.store.hold(built.config)
        bench.store.holdAgain(held)
        try remove(built, bench)
        try remove(base, bench)
        bench.store.letGo(held)
        #expect(try bench.driver.ids().count == 3)
        bench.store.letGo(held)
        #expect(try bench.driver.ids().isEmpty)
    }

    /// image-spec, image-layout.md: a marker, an index, and blobs that are files named by their digests.
    @Test func aLayoutHasItsBlobsAsFiles() throws {
        let (bench, _, built) = try bench()
        let held = try bench.store.hold(built.config)
        defer { bench.store.letGo(held) }
        try bench.store.saveLayout(held, as: [ImageReference(parsing: "a:b")], to: bench.create("layout.tar"))
        try bench.scratch.shell("mkdir layout; tar -C layout -xf layout.tar")
        let script =
            "cd layout/blobs/sha256; for blob in *; do test ! -L $blob; echo \"$blob  $blob\"; done | sha256sum -c --quiet; ls | wc -l"
        #expect(try bench.scratch.shell(script) == "5")
        let manifest = try bench.store.manifest(of: held)
        #expect(try bench.scratch.shell("cat layout/index.json").contains(manifest.digest.description))
        #expect(
            try bench.scratch.shell("cat layout/index.json").contains("\"org.opencontainers.image.ref.name\":\"b\""))
        #expect(manifest.layers.map(\.digest) == built.diffIDs && manifest.config.digest == built.id)
    }

    @Test func aSquashedImageHasOneLayerMoreThanItsBase() throws {
        let (bench, base, built) = try bench()
        try bench.scratch.shell(
            "cat one/etc/one two/etc/two > /dev/null; mkdir both; cp -a one/. two/. both; tar -C both -cf both.tar etc")
        bench.driver.diffTar.withLock { $0 = bench.scratch("both.tar") }
        // What the driver would give again is not what is asked for here.
        try bench.scratch.shell("rm layers.recipes/\(built.layers[2])")
        let squashed = try bench.store.squash(built.id, onto: base.id, created: .now())
        #expect(
            squashed.config.diffIDs == base.diffIDs + [
                try Digest(parsing: "sha256:" + bench.scratch.sha256("both.tar"))
            ])
        let image = try bench.store.register(squashed.config, names: [ImageReference(parsing: "small")])
        bench.store.letGo([squashed.layer].compactMap(\.self))
        #expect(try image.parent == nil && bench.store.resolve("small").layers.count == 2)
        #expect(
            try bench.scratch.shell("cat layers/\(image.layers[1])/etc/one layers/\(image.layers[1])/etc/two")
                == "one\ntwo")
        #expect(try bench.store.resolve(built.id.description).layers == built.layers)
    }

    @Test func aSquashedImageThatNobodyKeepsLeavesNothing() throws {
        let (bench, base, built) = try bench()
        let before = try bench.driver.ids().sorted()
        let squashed = try bench.store.squash(built.id, onto: base.id, created: .now())
        bench.store.letGo([squashed.layer].compactMap(\.self))
        #expect(try bench.driver.ids().sorted() == before)
        let other = try bench.store.squash(base.id, onto: base.id, created: .now())
        #expect(other.layer == nil && other.config.diffIDs == base.diffIDs)
    }

    @Test func whatDoesNotStandOnTheBaseIsNotSquashed() throws {
        let (bench, base, built) = try bench()
        #expect(throws: EngineError.self) { try bench.store.squash(base.id, onto: built.id, created: .now()) }
    }
}
