import ImageModel
import Primitives
import Testing

@testable import ImageStore

/// What the builder's cache may take.
@Suite struct BuiltHereTests {
    private func step(_ parent: Image?) -> ImageStep {
        ImageStep(
            parent: parent?.id, draft: ImageConfigDraft(platform: .host, created: .now()),
            history: ImageHistoryEntry(createdBy: "ENV A=b"))
    }

    /// As it would come from a registry or an archive.
    private func foreign(_ bench: Bench, on parent: Image?, comment: String = "") throws -> Image {
        var draft = ImageConfigDraft(platform: .host, created: .now())
        draft.comment = comment
        draft.diffIDs = parent?.diffIDs ?? []
        return try bench.store.register(ImageConfig(parsing: draft.serialized()), parent: parent?.id)
    }

    @Test func imagesOfOthersAreNoStepsOfOurs() throws {
        let bench = try Bench()
        try bench.makeTree()
        let base = try bench.importTree()
        _ = try foreign(bench, on: nil)
        let child = try foreign(bench, on: base)
        #expect(bench.store.children(of: nil).isEmpty)
        #expect(bench.store.children(of: base.id).isEmpty)
        // Unless somebody says that they are.
        #expect(bench.store.children(of: base.id, trusted: [child.id]).map(\.id) == [child.id])
    }

    @Test func whatWasBuiltHereIsKnownByTheNextEngineToo() throws {
        let bench = try Bench()
        try bench.makeTree()
        let base = try bench.importTree()
        let first = try bench.store.makeImage(step(nil))
        let next = try bench.store.makeImage(step(base))
        _ = try foreign(bench, on: base)
        for store in [bench.store, try bench.reopened()] {
            #expect(store.children(of: nil).map(\.id) == [first.id])
            #expect(store.children(of: base.id).map(\.id) == [next.id])
            #expect(store.children(of: base.id, trusted: []).isEmpty)
        }
    }

    @Test func anImageThatIsBuiltAfterItCameIsOurs() throws {
        let bench = try Bench()
        let time = Timestamp(seconds: 5)
        var draft = ImageConfigDraft(platform: .host, created: time)
        draft.history = [ImageHistoryEntry(created: time, createdBy: "ENV A=b", isEmptyLayer: true)]
        let loaded = try bench.store.register(ImageConfig(parsing: draft.serialized()))
        #expect(bench.store.children(of: nil).isEmpty)
        draft.history = []
        let entry = ImageHistoryEntry(created: time, createdBy: "ENV A=b")
        let built = try bench.store.makeImage(ImageStep(parent: nil, draft: draft, history: entry))
        #expect(built.id == loaded.id)
        #expect(bench.store.children(of: nil).map(\.id) == [built.id])
        // And stays ours when it comes once more.
        try bench.store.register(loaded.config)
        #expect(bench.store.children(of: nil).map(\.id) == [built.id])
    }
}
