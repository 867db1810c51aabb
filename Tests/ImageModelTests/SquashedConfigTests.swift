import ImageModel
import OrderedJSON
import Primitives
import Testing

/// What Docker's engine writes of `docker build --squash` (moby: daemon/images/image_squash.go).
@Suite struct SquashedConfigTests {
    private let layers = ["base", "one", "two", "merged"].map { Digest.sha256(of: $0.utf8) }
    private let time = Timestamp(seconds: 1_700_000_000)

    private func config(_ layers: some Sequence<Digest>, _ history: [ImageHistoryEntry]) throws -> ImageConfig {
        var draft = ImageConfigDraft(platform: Platform(os: "linux", architecture: "amd64"), created: .zero)
        draft.config = ["Cmd": ["sh"], "Labels": ["a": "<b>"]]
        draft.containerConfig = ["Cmd": ["#(nop)"]]
        draft.author = "me"
        draft.diffIDs = Array(layers)
        draft.history = history
        return try ImageConfig(parsing: draft.serialized())
    }

    private func base() throws -> ImageConfig {
        try config(layers.prefix(1), [.init(createdBy: "base"), .init(createdBy: "ENV", isEmptyLayer: true)])
    }

    private func built() throws -> ImageConfig {
        try config(
            layers.prefix(3),
            base().history + [
                .init(createdBy: "one"), .init(createdBy: "LABEL", isEmptyLayer: true), .init(createdBy: "two"),
            ])
    }

    @Test func whatWasBuiltHasOneLayer() throws {
        let (base, built) = (try base(), try built())
        let squashed = try built.squashed(onto: base, layer: layers[3], created: time)
        #expect(squashed.diffIDs == [layers[0], layers[3]])
        #expect(squashed.history.map(\.createdBy) == ["base", "ENV", "one", "LABEL", "two", ""])
        #expect(squashed.history.map(\.isEmptyLayer) == [false, true, true, true, true, false])
        #expect(squashed.history.last?.comment == "merge \(built.id) to \(base.id)")
        #expect(squashed.history.last?.created == time && squashed.created == time)
    }

    @Test func everythingElseStays() throws {
        let built = try built()
        let squashed = try built.squashed(onto: base(), layer: layers[3], created: time)
        #expect(squashed.config == built.config && squashed.containerConfig == built.containerConfig)
        #expect(squashed.author == "me" && squashed.platform == built.platform)
        #expect(squashed.json.entries.map(\.key) == built.json.entries.map(\.key))
        #expect(squashed.id != built.id)
    }

    @Test func onNothingItIsAnImageOfItsOwn() throws {
        let built = try built()
        let squashed = try built.squashed(onto: nil, layer: layers[3], created: time)
        #expect(squashed.diffIDs == [layers[3]])
        #expect(squashed.history.map(\.isEmptyLayer) == [true, true, true, true, true, false])
        #expect(squashed.history.last?.comment == "create new from \(built.id)")
    }

    @Test func withoutAChangeThereIsNoLayer() throws {
        let base = try base()
        let squashed = try base.squashed(onto: base, layer: nil, created: time)
        #expect(squashed.diffIDs == base.diffIDs && squashed.history.last?.isEmptyLayer == true)
        #expect(squashed.history.dropLast() == base.history[...])
    }
}
