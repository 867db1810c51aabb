import ImageModel
import Primitives
import Testing

@testable import ImageStore

@Suite struct KeptImagesTests {
    private func step(_ parent: Image, _ createdBy: String, as name: String? = nil) throws -> ImageStep {
        ImageStep(
            parent: parent.id, draft: ImageConfigDraft(platform: .host, created: .now()),
            history: ImageHistoryEntry(createdBy: createdBy),
            names: try name.map { [try ImageReference(parsing: $0)] } ?? [])
    }

    private func isThere(_ image: Image, _ bench: Bench) -> Bool {
        (try? bench.store.resolve(image.id.description)) != nil
    }

    private func prune(_ image: Image, _ bench: Bench) throws -> [ImageRemoval] {
        let name = image.id.description
        return try bench.store.remove(name, force: false, noPrune: false, pruned: image.id) { _ in [] }
    }

    @Test func whatIsKeptIsNotPruned() throws {
        let bench = try Bench()
        try bench.makeTree()
        let base = try bench.importTree()
        let kept = bench.store.keepingImages()
        let made = try bench.store.makeImage(step(base, "RUN x"), keptIn: kept)
        #expect(kind { _ = try prune(made, bench) }?.0 == .conflict)
        #expect(isThere(made, bench))
        kept.letGo()
        #expect(try prune(made, bench).contains(.deleted(made.id.description)))
        #expect(!isThere(made, bench))
    }

    /// A prune looks at all images first: a build may give one its name, or another one's, before it is removed.
    @Test func whatHasGotANameSinceIsNotPruned() throws {
        let bench = try Bench()
        try bench.makeTree()
        let base = try bench.importTree()
        let made = try bench.store.makeImage(step(base, "RUN x"))
        try bench.store.tag(made.id, as: ImageReference(parsing: "made"))
        #expect(kind { _ = try prune(made, bench) }?.0 == .conflict)
        let next = try bench.store.makeImage(step(base, "RUN y", as: "made"))
        let error = kind {
            _ = try bench.store.remove("made:latest", force: false, noPrune: false, pruned: made.id) { _ in [] }
        }
        #expect(error?.0 == .conflict && isThere(next, bench))
        _ = try prune(made, bench)
        _ = try bench.store.remove("made:latest", force: false, noPrune: false, pruned: next.id) { _ in [] }
        #expect(!isThere(made, bench) && !isThere(next, bench))
    }

    @Test func aParentThatIsKeptDoesNotGoAlong() throws {
        let bench = try Bench()
        try bench.makeTree()
        let base = try bench.importTree()
        let first = try bench.store.makeImage(step(base, "RUN x"))
        let other = try bench.store.makeImage(step(first, "RUN y", as: "other"))
        let kept = bench.store.keepingImages()
        #expect(try bench.store.keep(first.id, in: kept))
        _ = try bench.store.remove("other", force: false, noPrune: false) { _ in [] }
        #expect(!isThere(other, bench) && isThere(first, bench))
        // Who says its name means it.
        _ = try bench.store.remove(first.id.description, force: false, noPrune: false) { _ in [] }
        #expect(!isThere(first, bench))
        #expect(try !bench.store.keep(first.id, in: kept))
    }

    @Test func twoMayKeepTheSame() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree(as: nil)
        let one = bench.store.keepingImages()
        #expect(try bench.store.keep(image.id, in: one))
        do {
            let two = bench.store.keepingImages()
            #expect(try bench.store.keep(image.id, in: two))
            #expect(try bench.store.keep(image.id, in: two))
        }
        #expect(kind { _ = try prune(image, bench) }?.0 == .conflict)
        one.letGo()
        _ = try prune(image, bench)
    }
}
