internal import ImageModel
internal import ImageStore
internal import Primitives

/// Layers of an image that its manifest says are elsewhere: no registry is to have them, so a push passes on where they are.
struct ForeignLayers: Sendable {
    private(set) var blobs: [Digest: RemoteBlob] = [:]
    /// URLs, by diff id.
    private(set) var places: [Digest: [String]] = [:]

    /// `known` are manifests that the image came with; they were compared with its config then.
    init(_ layers: [PackableLayer], in known: [FetchedManifest]) {
        for manifest in known {
            guard let document = try? OCIManifest(parsing: manifest.bytes), document.layers.count == layers.count else {
                continue
            }
            for (layer, found) in zip(layers, document.layers) {
                guard let type = found.mediaType, OCIMediaType.isForeign(type), let urls = found.urls, !urls.isEmpty
                else {
                    continue
                }
                blobs[layer.diffID] = RemoteBlob(
                    diffID: layer.diffID, digest: found.digest, size: found.size, mediaType: type, repository: "")
                places[layer.diffID] = urls
            }
        }
    }
}
