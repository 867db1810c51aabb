import ImageModel
import LayerFS
import LinuxSystem
import Primitives
import Testing

@testable import ImageStore

/// Images whose layers other programs have packed.
@Suite struct PulledBytesTests {
    private let bench: Bench

    init() throws {
        bench = try Bench()
        for name in ["a", "b"] { try bench.makeTree(name) }
    }

    private var kept: [String] {
        get throws { try HostDirectory.entries(bench.scratch("store/image/copy/pulled")).sorted() }
    }

    /// What a registry has of a tar.
    private func blob(_ name: String, by tool: String) throws -> RemoteBlob {
        try bench.scratch.shell("\(tool) < \(name).tar > \(name).packed")
        let bytes = try HostFile.read(bench.scratch("\(name).packed"))
        let diffID = Digest.sha256(of: try HostFile.read(bench.scratch("\(name).tar")))
        return RemoteBlob(
            diffID: diffID, digest: .sha256(of: bytes), size: Int64(bytes.count), mediaType: "", repository: "host/a")
    }

    private func unpack(
        _ name: String, _ blob: RemoteBlob, at place: LayerPlace, isForeign: Bool = false, in store: ImageStore? = nil
    ) throws {
        let store = store ?? bench.store
        let spool = try store.openSpool(blob.digest, size: blob.size)
        try spool.append(try HostFile.read(bench.scratch("\(name).packed")))
        try spool.finish()
        try store.unpack(spool, at: place, isForeign: isForeign)
        spool.remove()
    }

    private func config(_ blobs: [RemoteBlob]) throws -> ImageConfig {
        var draft = ImageConfigDraft(platform: .host, created: .zero)
        draft.diffIDs = blobs.map(\.diffID)
        return try ImageConfig(parsing: draft.serialized())
    }

    @discardableResult
    private func pull(
        _ layers: String..., as name: String = "image", by tool: String = "gzip -9n", isForeign: Bool = false,
        in store: ImageStore? = nil
    ) throws -> [RemoteBlob] {
        let blobs = try layers.map { try blob($0, by: tool) }
        let config = try config(blobs)
        let store = store ?? bench.store
        for (layer, (blob, place)) in zip(layers, zip(blobs, LayerPlace.all(of: config))) {
            if try store.hold(place.chainID) { continue }
            try unpack(layer, blob, at: place, isForeign: isForeign, in: store)
        }
        _ = try store.register(
            pulled: config, manifest: nil, blobs: blobs, names: [ImageReference(parsing: name)])
        store.letGo(config.chainIDs)
        return blobs
    }

    private func remove(_ name: String) throws {
        _ = try bench.store.remove(name, force: false, noPrune: false) { _ in [] }
    }

    private func layers(of name: String = "image", in store: ImageStore? = nil) throws -> [PackableLayer] {
        let store = store ?? bench.store
        let layers = try store.holdLayers(of: store.resolve(name).id)
        store.letGo(layers.map(\.chainID))
        return layers
    }

    private func written(_ layer: PackableLayer, as blob: RemoteBlob?, by store: ImageStore? = nil) throws -> [UInt8] {
        let sink = MemorySink()
        _ = try (store ?? bench.store).write(layer, as: blob, to: sink) { _ in }
        return sink.bytes
    }

    @Test(arguments: ["gzip -1n", "zstd -q", "xz"])
    func aLayerIsWrittenAsItCame(tool: String) throws {
        let blob = try #require(try pull("a", by: tool).first)
        let layer = try #require(try layers().first)
        #expect(bench.store.canWrite(layer, as: blob))
        #expect(try written(layer, as: blob) == HostFile.read(bench.scratch("a.packed")))
        #expect(try kept == [blob.digest.hex])
        #expect(try HostDirectory.entries(bench.scratch("store/image/copy/downloads")).isEmpty)
        let packed = try bench.store.write(layer, as: nil, to: MemorySink()) { _ in }
        #expect(packed.digest != blob.digest)
    }

    @Test func aPlainTarIsMadeOfTheFiles() throws {
        let blob = try #require(try pull("a", by: "cat").first)
        let layer = try #require(try layers().first)
        #expect(try kept == [])
        #expect(bench.store.canWrite(layer, as: blob))
        #expect(try written(layer, as: blob) == HostFile.read(bench.scratch("a.tar")))
    }

    @Test func theyGoWithTheLastImage() throws {
        let first = try pull("a", as: "one")
        let both = try pull("a", "b", as: "two")
        #expect(try kept == both.map(\.digest.hex).sorted())
        try remove("two")
        #expect(try kept == first.map(\.digest.hex))
        try remove("one")
        #expect(try kept == [])
    }

    @Test func theyGoWithTheLastOfTheirStacks() throws {
        let blob = try #require(try pull("a", as: "one").first)
        try pull("b", "a", as: "two")
        try remove("one")
        let layer = try #require(try layers(of: "two").last)
        #expect(try written(layer, as: blob) == HostFile.read(bench.scratch("a.packed")))
        try remove("two")
        #expect(try kept == [])
    }

    @Test func theyStayWhileAPushNeedsThem() throws {
        let blob = try #require(try pull("a").first)
        let layers = try bench.store.holdLayers(of: bench.store.resolve("image").id)
        try remove("image")
        #expect(try written(layers[0], as: blob) == HostFile.read(bench.scratch("a.packed")))
        bench.store.letGo(layers.map(\.chainID))
        #expect(try kept == [])
    }

    @Test func aPullThatEndsEarlyLeavesNone() throws {
        let blob = try blob("a", by: "gzip -9n")
        let place = try #require(LayerPlace.all(of: try config([blob])).first)
        try unpack("a", blob, at: place)
        #expect(try kept == [blob.digest.hex])
        bench.store.letGo([place.chainID])
        #expect(try kept == [])
    }

    @Test func aStartTakesAwayWhatNoLayerHas() throws {
        let blob = try #require(try pull("a").first)
        // The end came in the middle of a pull: after a layer was unpacked, and before its row told of the bytes.
        let other = try self.blob("b", by: "gzip -9n")
        try unpack("b", other, at: try #require(LayerPlace.all(of: try config([other])).first))
        try bench.scratch.shell("cp b.packed store/image/copy/pulled/\(String(repeating: "0", count: 64))")
        let again = try bench.reopened()
        #expect(try kept == [blob.digest.hex])
        let layer = try #require(try layers(in: again).first)
        #expect(try written(layer, as: blob, by: again) == HostFile.read(bench.scratch("a.packed")))
    }

    @Test(arguments: ["truncate -s 5 $file", "rm $file"])
    func whatIsMissingIsNotThere(damage: String) throws {
        let blob = try #require(try pull("a").first)
        let layer = try #require(try layers().first)
        try bench.scratch.shell("file=store/image/copy/pulled/\(blob.digest.hex); \(damage)")
        #expect(!bench.store.canWrite(layer, as: blob))
        #expect(throws: EngineError.self) { try written(layer, as: blob) }
    }

    @Test func whatIsDamagedIsFoundAndRemoved() throws {
        let blob = try #require(try pull("a").first)
        let layer = try #require(try layers().first)
        let file = "store/image/copy/pulled/\(blob.digest.hex)"
        try bench.scratch.shell("printf x | dd of=\(file) seek=1000 bs=1 conv=notrunc 2>/dev/null")
        var problems: [String] = []
        try bench.store.check { finding in
            if finding.problem != nil { problems.append(finding.name) }
            return true
        }
        #expect(problems == [blob.digest.description])
        #expect(kind { _ = try written(layer, as: blob) }?.1 == "blob \(blob.digest) has changed on disk")
        #expect(!bench.store.canWrite(layer, as: blob))
        #expect(try kept == [])
        #expect(try Array(written(layer, as: nil).prefix(2)) == [0x1f, 0x8b])
        try remove("image")
    }

    @Test func whatIsForeignIsNotKept() throws {
        try pull("a", isForeign: true)
        #expect(try kept == [])
    }

    @Test func noneIsKeptWhereNobodyWantsThem() throws {
        let store = try ImageStore(root: bench.scratch("store"), driver: bench.driver, keepsPulled: false)
        try pull("a", in: store)
        #expect(try kept == [])
    }

    @Test func theyGoWhenTheDiskIsFull() throws {
        let blob = try #require(try pull("a").first)
        let layer = try #require(try layers().first)
        var tries = 0
        try bench.store.room.trying {
            tries += 1
            if try !kept.isEmpty { throw SystemError(errno: 28, call: "write") }
        }
        #expect(tries == 3)
        #expect(!bench.store.canWrite(layer, as: blob))
        try remove("image")
    }

    @Test func aSpoolThatWasMovedRemovesNothing() throws {
        let bytes = Array("layer".utf8)
        let spool = try BlobSpool(path: bench.scratch("spool"), digest: .sha256(of: bytes), size: 5)
        try spool.append(bytes)
        try spool.finish()
        try spool.move(to: bench.scratch("moved"))
        try spool.move(to: bench.scratch("elsewhere"))
        // The next pull of the same has begun.
        try HostFile.write(bench.scratch("spool"), [1])
        spool.remove()
        #expect(try HostFile.read(bench.scratch("spool")) == [1])
        #expect(try HostFile.read(bench.scratch("moved")) == bytes)
    }
}
