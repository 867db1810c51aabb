internal import ImageModel
internal import ImageStore
internal import Primitives

/// Of the manifests that an image came with the one that a push tries to repeat, byte for byte: one whose layers its
/// repository was seen to have, else one whose layers can be sent as they came; of several, the last one that was seen.
struct RepeatedManifest: Sendable {
    /// What it calls the layers, by diff id. Empty when the image came with none.
    private(set) var names: [Digest: Digest] = [:]

    /// Foreign layers are in none, as they are not sent. Errors: `internal`.
    init(
        _ layers: [PackableLayer], in known: [FetchedManifest], without foreign: ForeignLayers, home: String,
        _ images: ImageStore
    ) throws(EngineError) {
        let sent = layers.filter { foreign.blobs[$0.diffID] == nil }
        var blobs: [Digest: [RemoteBlob]] = [:]
        for layer in sent { blobs[layer.diffID] = try images.blobs(of: layer.diffID) }
        let all = known.compactMap { Self.names(of: layers, in: $0) }
        /// Whether each layer is known under its name in a manifest, and that is as it should be.
        func holds(_ names: [Digest: Digest], _ isRight: (PackableLayer, RemoteBlob) -> Bool) -> Bool {
            sent.allSatisfy { layer in
                blobs[layer.diffID]?.contains { $0.digest == names[layer.diffID] && isRight(layer, $0) } ?? false
            }
        }
        let atHome = all.first { holds($0) { $1.repository == home } }
        names = atHome ?? all.first { holds($0, images.canWrite) } ?? all.first ?? [:]
    }

    private static func names(of layers: [PackableLayer], in manifest: FetchedManifest) -> [Digest: Digest]? {
        guard let document = try? OCIManifest(parsing: manifest.bytes), document.layers.count == layers.count else {
            return nil
        }
        return Dictionary(zip(layers.map(\.diffID), document.layers.map(\.digest))) { first, _ in first }
    }
}
