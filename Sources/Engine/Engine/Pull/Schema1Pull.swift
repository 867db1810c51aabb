internal import APIModel
internal import ImageModel
internal import ImageStore
internal import Primitives

/// An image by a manifest of schema 1, which names neither the layers' sizes nor what they are uncompressed: everything is
/// loaded and looked through before the first layer is unpacked.
struct Schema1Pull: Sendable {
    let traffic: LayerTraffic
    let source: any ImageSource
    let report: ProgressReport
    let manifest: Schema1Manifest

    /// The config that the image gets, and its layers, which are held. Errors: `RegistryError`, `EngineError`.
    func run() async throws -> (config: ImageConfig, layers: [(blob: OCIDescriptor, place: LayerPlace)], held: [Digest])
    {
        let blobs = try await descriptors()
        let downloads = blobs.map { blob in LayerPull.download(blob, traffic, source, report) }
        defer { for download in downloads { download.leave() } }
        var diffIDs: [Digest] = []
        for download in downloads {
            try await download.wait()
            let spool = try await download.subject.spool()
            diffIDs.append(
                try await traffic.transfers.run { [images = traffic.images] in try images.diffID(of: spool) })
        }
        let config = try manifest.config(diffIDs: diffIDs)
        let layers = Array(zip(blobs, LayerPlace.all(of: config)))
        var pull = LayerPull(traffic: traffic, source: source, report: report, layers: layers)
        pull.isBegun = true
        return (config, layers, try await pull.run())
    }

    private func descriptors() async throws -> [OCIDescriptor] {
        var result: [OCIDescriptor] = []
        for layer in manifest.layers where !layer.isEmpty {
            guard let size = try await source.size(of: layer.blob) else {
                throw RegistryError(.refused(code: "BLOB_UNKNOWN", status: 404), "blob unknown to registry")
            }
            result.append(OCIDescriptor(mediaType: OCIMediaType.dockerLayer, digest: layer.blob, size: size))
        }
        for blob in result { LayerProgress(id: blob.digest.short, report: report).say("Pulling fs layer") }
        return result
    }
}
