import ImageModel
import OrderedJSON
import Primitives
import Testing

private let layerA = Digest.sha256(of: "a".utf8)
private let layerB = Digest.sha256(of: "b".utf8)

private func config(_ rootfs: String, _ more: String = "") -> [UInt8] {
    Array(
        #"{"architecture":"amd64","os":"linux","x-unknown":[1],"config":{"Cmd":["sh"],"Labels":{"k":"v"}},\#(more)"rootfs":\#(rootfs)}"#
            .utf8)
}

@Suite struct ImageConfigTests {
    @Test func keepsTheBytesAndReadsTheFields() throws {
        let bytes = config(
            #"{"type":"layers","diff_ids":["\#(layerA)","\#(layerB)"]}"#, #""created":"2015-05-30T15:33:20.12Z","#)
        let image = try ImageConfig(parsing: bytes)
        #expect(image.bytes == bytes)
        #expect(image.id == Digest.sha256(of: bytes))
        #expect(image.diffIDs == [layerA, layerB])
        #expect(image.labels == ["k": "v"])
        #expect(image.config?["Cmd"] == ["sh"])
        #expect(image.created?.seconds == 1_433_000_000)
        #expect(image.platform.description == "linux/amd64")
        #expect(image.author == nil)
    }

    /// The value is that of `printf 'sha256:A sha256:B' | sha256sum`.
    @Test func chainIDsAreThoseOfTheSpecification() throws {
        let chain = ChainID.chain([layerA, layerB])
        #expect(chain.first == layerA)
        #expect(chain.last?.hex == "51c0c8ace48498d6f5fee6b0592cc06f2da0f3cbe09c5a34a97dce85c3889676")
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"rootfs":{"type":"other","diff_ids":[]}}"#,
        #"{"rootfs":{"type":"layers","diff_ids":["x"]}}"#,
        #"{"rootfs":{"type":"layers","diff_ids":["sha256:../../etc"]}}"#,
        #"{"rootfs":{"type":"layers","diff_ids":[7]}}"#,
    ])
    func refusesWhatIsNoConfig(text: String) {
        let error = #expect(throws: EngineError.self) { try ImageConfig(parsing: Array(text.utf8)) }
        #expect(error?.kind == .badParameter)
    }

    @Test func refusesTooManyLayersAndWrongHistory() {
        let many = Array(repeating: "\"\(layerA)\"", count: 126).joined(separator: ",")
        #expect(throws: EngineError.self) {
            try ImageConfig(parsing: config(#"{"type":"layers","diff_ids":[\#(many)]}"#))
        }
        let one = #"{"type":"layers","diff_ids":["\#(layerA)"]}"#
        #expect(throws: EngineError.self) {
            try ImageConfig(parsing: config(one, #""history":[{"created_by":"x"},{"created_by":"y"}],"#))
        }
        #expect(throws: Never.self) {
            try ImageConfig(parsing: config(one, #""history":[{"created_by":"x"},{"empty_layer":true}],"#))
        }
    }

    @Test func draftsAreSortedAndEscapedAsGoDoes() throws {
        var draft = ImageConfigDraft(
            platform: Platform(os: "linux", architecture: "amd64"), created: Timestamp(seconds: 0))
        draft.comment = "a<b"
        draft.diffIDs = [layerA]
        draft.config = ["Cmd": ["sh"]]
        draft.history = [ImageHistoryEntry(created: Timestamp(seconds: 0), comment: "c")]
        let text = String(decoding: draft.serialized(), as: UTF8.self)
        #expect(
            text
                == #"{"architecture":"amd64","comment":"a\u003cb","config":{"Cmd":["sh"]},"created":"1970-01-01T00:00:00Z","history":[{"created":"1970-01-01T00:00:00Z","comment":"c"}],"os":"linux","rootfs":{"type":"layers","diff_ids":["\#(layerA)"]}}"#
        )
        #expect(try ImageConfig(parsing: draft.serialized()).history.count == 1)
    }
}

@Suite struct V1ImageTests {
    private let id = String(repeating: "1", count: 64)

    @Test func convertsToAConfig() throws {
        let text =
            ##"{"id":"\##(id)","parent":"","created":"2014-01-01T00:00:00Z","container_config":{"Cmd":["/bin/sh","-c","#(nop) CMD x"]},"config":{"Cmd":["x"]},"architecture":"amd64","os":"linux","Size":5,"future":1}"##
        let image = try V1Image(parsing: Array(text.utf8))
        let step = image.history(isEmptyLayer: false)
        #expect(step.createdBy == "/bin/sh -c #(nop) CMD x")
        let config = try image.imageConfig(diffIDs: [layerA], history: [step])
        #expect(
            config.json.keys == [
                "architecture", "config", "container_config", "created", "future", "history", "os", "rootfs",
            ])
        #expect(config.diffIDs == [layerA])
    }

    @Test(arguments: ["../../etc", "", "ABC", "1234"]) func refusesHostileIDs(id: String) {
        let error = #expect(throws: EngineError.self) { try V1Image(parsing: Array(#"{"id":"\#(id)"}"#.utf8)) }
        #expect(error?.message == "image ID '\(id)' is invalid ")
    }

    @Test func derivedIDsFormAChainAndAreStable() throws {
        let image = try ImageConfig(parsing: config(#"{"type":"layers","diff_ids":["\#(layerA)","\#(layerB)"]}"#))
        let chain = LegacyLayer.chain(of: image)
        #expect(chain == LegacyLayer.chain(of: image))
        let documents = try chain.map { try V1Image(parsing: $0.json) }
        #expect(documents.map(\.id) == chain.map(\.id))
        #expect(documents[0].parent == nil)
        #expect(documents[1].parent == chain[0].id)
        #expect(documents[1].json["config"]?["Cmd"] == ["sh"])
        #expect(documents[1].json["rootfs"] == nil)
    }
}

@Suite struct ArchiveDocumentTests {
    @Test func manifestMayHaveNulls() throws {
        let images = try DockerArchive.manifest(
            parsing: Array(#"[{"Config":"a.json","RepoTags":null,"Layers":null,"LayerSources":{}}]"#.utf8))
        #expect(images == [DockerArchiveImage(config: "a.json", repoTags: nil, layers: [])])
        #expect(
            try DockerArchive.manifest(images) == Array(#"[{"Config":"a.json","RepoTags":null,"Layers":[]}]"#.utf8) + [
                10
            ])
    }

    @Test func repositoriesAreSorted() throws {
        let bytes = try DockerArchive.repositories(["b": ["2": "y", "1": "x"], "a": [:]])
        #expect(String(decoding: bytes, as: UTF8.self) == "{\"a\":{},\"b\":{\"1\":\"x\",\"2\":\"y\"}}\n")
        #expect(try DockerArchive.repositories(parsing: bytes)["b"]?["1"] == "x")
    }

    @Test func ociDocuments() throws {
        let manifest = try OCIManifest(
            config: OCIDescriptor(mediaType: OCIMediaType.config, digest: layerA, size: 1),
            layers: [OCIDescriptor(mediaType: OCIMediaType.layer, digest: layerB, size: 2)])
        #expect(try OCIManifest(parsing: manifest.bytes) == manifest)
        let index = try OCIIndex(
            parsing: Array(
                #"{"schemaVersion":2,"manifests":[{"mediaType":"\#(OCIMediaType.index)","digest":"\#(layerA)","size":3,"platform":{"architecture":"arm64","os":"linux"}}]}"#
                    .utf8))
        #expect(index.manifests[0].isIndex)
        #expect(
            index.manifests[0].platform?.matches(Platform(os: "linux", architecture: "arm64", variant: "v8")) == true)
        #expect(throws: EngineError.self) {
            try OCIManifest(parsing: Array(#"{"schemaVersion":1,"config":{},"layers":[]}"#.utf8))
        }
    }
}
