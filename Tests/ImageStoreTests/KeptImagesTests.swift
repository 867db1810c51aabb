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
        return try bench.store.remove(name, force: false, noPrune: false, sparesKept: true) { _ in [] }
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
