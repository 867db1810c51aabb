import OrderedJSON
import Primitives
import Testing

@testable import ImageModel

@Suite struct Schema1ManifestTests {
    private static func id(_ digit: Character) -> String { String(repeating: digit, count: 64) }

    private static func step(
        _ digit: Character, on parent: Character?, _ more: String = ""
    ) -> (blob: String, v1: String) {
        let parent = parent.map { #","parent":"\#(id($0))""# } ?? ""
        return (
            "sha256:" + id(digit),
            #"{"id":"\#(id(digit))"\#(parent),"os":"linux","created":"2015-04-16T00:00:00Z"\#(more)}"#
        )
    }

    /// Steps top first, as they stand in the document.
    private static func manifest(_ steps: [(blob: String, v1: String)]) throws -> Schema1Manifest {
        let document: JSONValue = [
            "schemaVersion": 1, "name": "a/b", "tag": "c",
            "fsLayers": .array(steps.map { ["blobSum": .string($0.blob)] }),
            "history": .array(steps.map { ["v1Compatibility": .string($0.v1)] }),
        ]
        return try Schema1Manifest(parsing: document.serialized())
    }

    @Test func turnsLayersRootFirst() throws {
        let manifest = try Self.manifest([Self.step("b", on: "a"), Self.step("a", on: nil)])
        #expect(manifest.layers.map(\.blob.hex) == [Self.id("a"), Self.id("b")])
    }

    /// Docker 1.6 and 1.7 list the top layer twice.
    @Test func toleratesTheTopLayerTwice() throws {
        let manifest = try Self.manifest([Self.step("b", on: "a"), Self.step("b", on: "a"), Self.step("a", on: nil)])
        #expect(manifest.layers.count == 2)
    }

    @Test func stepsWithoutALayerHaveHistoryOnly() throws {
        let manifest = try Self.manifest([
            Self.step("c", on: "b", #","throwaway":true,"config":{"Cmd":["x"]}"#), Self.step("b", on: "a"),
            Self.step("a", on: nil),
        ])
        let diffIDs = ["1", "2"].map { Digest.sha256(of: Array($0.utf8)) }
        let config = try manifest.config(diffIDs: diffIDs)
        #expect(config.diffIDs == diffIDs)
        #expect(config.history.map(\.isEmptyLayer) == [false, false, true])
        #expect(config.config?["Cmd"] == ["x"])
        #expect(config.json["throwaway"] == nil && config.json["id"] == nil)
    }

    @Test func refusesWhatDoesNotFitTogether() {
        #expect(throws: EngineError.self) { try Self.manifest([]) }
        #expect(throws: EngineError.self) { try Self.manifest([Self.step("b", on: "x"), Self.step("a", on: nil)]) }
        #expect(throws: EngineError.self) { try Self.manifest([Self.step("a", on: "b")]) }
        #expect(throws: EngineError.self) { try Self.manifest([("sha256:../../x", Self.step("a", on: nil).v1)]) }
        #expect(throws: EngineError.self) {
            try Schema1Manifest(parsing: Array(#"{"schemaVersion":1,"fsLayers":[{"blobSum":"x"}],"history":[]}"#.utf8))
        }
    }
}
