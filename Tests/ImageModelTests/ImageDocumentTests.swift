import OrderedJSON
import Primitives
import Testing

@testable import ImageModel

@Suite struct ImageDocumentTests {
    static let zeros = "sha256:" + String(repeating: "0", count: 64)
    static let blob = #"{"mediaType":"x","digest":"\#(zeros)","size":1}"#
    static let image = #"{"schemaVersion":2,"config":\#(blob),"layers":[\#(blob)]}"#
    static let index =
        #"{"schemaVersion":2,"manifests":[{"digest":"\#(zeros)","size":1,"platform":{"os":"linux","architecture":"arm64"}}]}"#

    private static func read(_ text: String, _ type: String = "") throws -> ImageDocument {
        let bytes = Array(text.utf8)
        return try ImageDocument(FetchedManifest(bytes: bytes, mediaType: type, digest: .sha256(of: bytes)))
    }

    @Test func tellsImagesFromIndexes() throws {
        if case .image(let manifest) = try Self.read(Self.image) {
            #expect(manifest.layers.count == 1)
        } else {
            Issue.record("not an image")
        }
        if case .index(let index) = try Self.read(Self.index) {
            #expect(index.manifests.count == 1)
        } else {
            Issue.record("not an index")
        }
    }

    /// CVE-2021-41190: nobody may read one document as an image and another as an index.
    @Test func refusesWhatIsBoth() {
        let both = #"{"schemaVersion":2,"config":\#(Self.blob),"layers":[],"manifests":[]}"#
        #expect(throws: EngineError.self) { try Self.read(both) }
        #expect(throws: EngineError.self) { try Self.read(Self.image, OCIMediaType.index) }
        #expect(throws: EngineError.self) { try Self.read(Self.index, OCIMediaType.dockerManifest) }
        #expect(throws: EngineError.self) {
            try Self.read(
                Self.index.replacing("{\"schema", with: "{\"mediaType\":\"\(OCIMediaType.manifest)\",\"schema"))
        }
        #expect(throws: EngineError.self) { try Self.read("{}") }
    }

    /// Damaged documents are errors, never a crash; what is read has digests and sizes that hold.
    @Test func survivesAnything() {
        var random = SystemRandomNumberGenerator()
        let seeds = [Self.image, Self.index].map { Array($0.utf8) }
        for _ in 0..<20_000 {
            var bytes = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 20))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
                }
            }
            let fetched = FetchedManifest(bytes: bytes, mediaType: "", digest: .sha256(of: bytes))
            if case .image(let manifest)? = try? ImageDocument(fetched) {
                #expect(manifest.layers.allSatisfy { $0.digest.hex.utf8.count >= 64 })
            }
        }
    }
}

@Suite struct PlatformChoiceTests {
    private static func index(_ platforms: [String?]) throws -> OCIIndex {
        let manifests = platforms.enumerated().map { number, platform -> OCIDescriptor in
            OCIDescriptor(
                mediaType: nil, digest: .sha256(of: [UInt8(number)]), size: 1,
                platform: platform.flatMap { try? Platform(parsing: $0) }.map { OCIPlatform($0) })
        }
        return OCIIndex(manifests: manifests)
    }

    @Test(
        arguments: [
            (["linux/arm64", "linux/amd64"], "linux/amd64", 1), (["linux/arm/v6", "linux/arm/v7"], "linux/arm/v7", 1),
            (["linux/arm/v6", "linux/arm/v7"], "linux/arm", 0), (["linux/arm64/v8"], "linux/arm64", 0),
            (["windows/amd64"], "linux/amd64", nil), (["unknown/unknown", "linux/amd64"], "linux/amd64", 1),
            ([nil], "linux/amd64", 0),
            ([nil, "linux/arm64"], "linux/amd64", nil), ([], "linux/amd64", nil),
        ] as [([String?], String, Int?)])
    func choosesWhatFits(platforms: [String?], wanted: String, place: Int?) throws {
        let index = try Self.index(platforms)
        let chosen = try index.choose(Platform(parsing: wanted))
        #expect(chosen?.digest == place.map { index.manifests[$0].digest })
    }
}
