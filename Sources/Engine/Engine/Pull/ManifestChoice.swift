internal import ImageModel
internal import ImageStore
internal import Primitives

/// From what a name stands for to the manifest of one image.
struct ManifestChoice: Sendable {
    let source: any ImageSource
    let platform: Platform

    private static let deepest = 4

    /// One image's manifest.
    enum Chosen: Sendable {
        case image(FetchedManifest, OCIManifest)
        case schema1(Schema1Manifest)
    }

    /// Errors: `notFound` when an index has nothing for the platform, `badParameter` for what is no image.
    func image(in fetched: FetchedManifest) async throws -> Chosen {
        var fetched = fetched
        for _ in 0..<Self.deepest {
            switch try ImageDocument(fetched) {
            case .image(let manifest):
                try check(manifest)
                return .image(fetched, manifest)
            case .schema1(let manifest): return .schema1(manifest)
            case .index(let index):
                guard let chosen = index.choose(platform) else {
                    throw EngineError(.notFound, "no matching manifest for \(platform) in the manifest list entries")
                }
                fetched = try await source.manifest(chosen.digest.description)
            }
        }
        throw EngineError(.badParameter, "invalid image index: nested too deeply")
    }

    /// Before anything is loaded: what could never be an image here.
    private func check(_ manifest: OCIManifest) throws(EngineError) {
        guard manifest.layers.count <= ImageConfig.maximumLayers else {
            throw EngineError(.badParameter, "max depth exceeded")
        }
        for layer in manifest.layers {
            if let type = layer.mediaType, !OCIMediaType.isLayer(type) {
                throw EngineError(.badParameter, "unsupported media type \(type)")
            }
            guard layer.digest.algorithm == "sha256" else {
                throw EngineError(.badParameter, "unsupported digest algorithm \(layer.digest.algorithm)")
            }
            guard layer.size >= 0 else { throw EngineError(.badParameter, "invalid manifest: a layer has no size") }
        }
    }
}
