import GraphDrivers
import ImageModel
import LinuxSystem
import Primitives
import Synchronization
import Testing

@testable import ImageStore

@Suite struct CommitTests {
    private func step(_ parent: Image?, _ createdBy: String, as name: String? = nil) throws -> ImageStep {
        ImageStep(
            parent: parent?.id, draft: ImageConfigDraft(platform: .host, created: .now()),
            history: ImageHistoryEntry(createdBy: createdBy, comment: "done"),
            names: try name.map { [try ImageReference(parsing: $0)] } ?? [])
    }

    private func bench() throws -> (Bench, Image) {
        let bench = try Bench()
        try bench.makeTree()
        let base = try bench.importTree()
        try bench.store.createContainerLayer(id: "c1", image: base.id)
        try bench.scratch.shell(
            """
            mkdir -p top/etc; echo new > top/etc/new; tar -C top -cf top.tar etc; head -c 1024 /dev/zero > none.tar
            """)
        bench.driver.diffTar.withLock { $0 = bench.scratch("top.tar") }
        return (bench, base)
    }

    @Test func whatAContainerChangedBecomesALayer() throws {
        let (bench, base) = try bench()
        let image = try bench.store.commit(containerLayer: "c1", step(base, "sh", as: "next"))
        #expect(image.parent == base.id)
        #expect(image.tags == ["next:latest"])
        #expect(image.diffIDs.map(\.hex) == base.diffIDs.map(\.hex) + [try bench.scratch.sha256("top.tar")])
        #expect(try bench.store.history("next").map(\.comment) == ["done", "Imported from -"])
        #expect(try bench.scratch.shell("cat layers/\(image.layers[1])/etc/new") == "new")
    }

    @Test func theSameChangeIsOneLayer() throws {
        let (bench, base) = try bench()
        let first = try bench.store.commit(containerLayer: "c1", step(base, "one", as: "one"))
        let second = try bench.store.commit(containerLayer: "c1", step(base, "two", as: "two"))
        #expect(first.id != second.id)
        #expect(first.layers == second.layers)
        // Its base, the layer, the container.
        #expect(try bench.driver.ids().count == 3)
    }

    @Test func nothingChangedIsAStepWithoutALayer() throws {
        let (bench, base) = try bench()
        bench.driver.diffTar.withLock { $0 = bench.scratch("none.tar") }
        let image = try bench.store.commit(containerLayer: "c1", step(base, "sh", as: "next"))
        #expect(image.layers == base.layers)
        #expect(image.config.history.last?.isEmptyLayer == true)
        #expect(try bench.driver.ids().count == 2)
    }

    @Test func stepsFollowEachOther() throws {
        let (bench, base) = try bench()
        let labelled = try bench.store.makeImage(step(base, "LABEL a=b"))
        #expect(labelled.layers == base.layers)
        let layer = try bench.store.captureLayer(of: "c1", .consuming)
        try bench.store.removeContainerLayer(id: "c1")
        // Held: nothing else needs it.
        #expect(try bench.driver.ids().count == 2)
        try bench.store.createContainerLayer(id: "c2", on: layer.chainID)
        let built = try bench.store.makeImage(step(labelled, "RUN x", as: "built"), layer: layer)
        bench.store.letGo([layer.chainID])
        #expect(built.parent == labelled.id && labelled.parent == base.id)
        #expect(built.config.history.map(\.isEmptyLayer) == [false, true, false])
        #expect(try bench.store.history("built").map(\.id) == [built, labelled, base].map(\.id.description))
        try bench.store.removeContainerLayer(id: "c2")
        let removed = try bench.store.remove("built", force: false, noPrune: false) { _ in [] }
        // Up to the parent that has a name.
        #expect(
            removed == [
                .untagged("built:latest"), .deleted(built.id.description), .deleted(layer.chainID.description),
                .deleted(labelled.id.description),
            ])
        #expect(try bench.driver.ids() == base.layers)
    }

    @Test func severalStepsMayShareAnImage() throws {
        let (bench, base) = try bench()
        var shared = try step(base, "three", as: "shared")
        shared.earlier = ["one", "two"].map { ImageHistoryEntry(createdBy: $0, isEmptyLayer: true) }
        let image = try bench.store.makeImage(shared)
        let next = try bench.store.makeImage(step(image, "four", as: "next"))
        let rows = try bench.store.history("next")
        #expect(rows.map(\.createdBy).prefix(4) == ["four", "three", "two", "one"])
        let ids = [next.id, image.id].map(\.description) + ["<missing>", "<missing>", base.id.description]
        #expect(rows.map(\.id) == ids)
    }

    @Test func aLayerIsPutOnAnotherImage() throws {
        let (bench, base) = try bench()
        let other = try bench.store.makeImage(step(base, "RUN x", as: "other"))
        let layer = try bench.store.captureLayer(of: "c1", .keeping)
        _ = try bench.store.makeImage(step(base, "COPY", as: "first"), layer: layer)
        bench.store.letGo([layer.chainID])
        let found = try #require(try bench.store.layer(madeBy: "COPY", for: .host, trusted: nil))
        #expect(found == layer)
        #expect(try bench.store.layer(madeBy: "COPY", for: .host, trusted: []) == nil)
        let alone = try bench.store.place(found, on: nil)
        #expect(alone.diffID == layer.diffID && alone.chainID.hex == layer.diffID.hex)
        // On the same stack it is the same layer.
        #expect(try bench.store.place(found, on: other.id).chainID == layer.chainID)
        bench.store.letGo([alone.chainID, layer.chainID, layer.chainID])
        #expect(try bench.driver.ids().count == 3)
    }

    @Test func whatCameFromElsewhereGivesNoLayer() throws {
        let (bench, base) = try bench()
        let text = try #require(base.config.history.last?.createdBy)
        #expect(try bench.store.layer(madeBy: text, for: base.config.platform, trusted: nil) == nil)
    }

    @Test func anImageMayBeginAStack() throws {
        let (bench, _) = try bench()
        let image = try bench.store.makeImage(step(nil, "FROM scratch", as: "nothing"))
        #expect(image.layers.isEmpty && image.parent == nil)
        try bench.store.createContainerLayer(id: "c2", on: nil)
        #expect(throws: EngineError.self) { try bench.store.createContainerLayer(id: "c3", on: image.id) }
    }

    @Test func afterACrashALayerWithoutAnImageIsGone() throws {
        let (bench, base) = try bench()
        _ = try bench.store.captureLayer(of: "c1", .keeping)
        #expect(try bench.driver.ids().count == 3)
        let again = try bench.reopened()
        #expect(Set(try bench.driver.ids()) == Set(base.layers + ["c1"]))
        #expect(again.notices.count == 1)
    }

    @Test func aFailureToPackLeavesNothing() throws {
        let (bench, base) = try bench()
        bench.driver.diffTar.withLock { $0 = nil }
        let before = try bench.leftovers()
        let error = kind { _ = try bench.store.commit(containerLayer: "c1", step(base, "sh")) }
        #expect(error?.1 == "diff")
        #expect(try bench.leftovers() == before)
        #expect(kind { _ = try bench.store.captureLayer(of: "none", .keeping) }?.0 == .notFound)
    }
}
