internal import APIModel
internal import ImageModel
internal import ImageStore
internal import Primitives

/// The manifests that can stand for an image whose layers are in the registry.
struct ManifestForms: Sendable {
    private let config: ImageConfig
    private let blobs: [RemoteBlob]
    private let foreign: ForeignLayers
    private let known: [FetchedManifest]

    init(_ config: ImageConfig, _ blobs: [RemoteBlob], _ foreign: ForeignLayers, known: [FetchedManifest]) {
        self.config = config
        self.blobs = blobs
        self.foreign = foreign
        self.known = known
    }

    /// At least one, the best first; of one format only where that is asked for. Errors: `badParameter` when there is none of
    /// it, `internal`.
    func all(_ format: ManifestFormat? = nil) throws -> [FetchedManifest] {
        let faithful = known.filter { manifest in fits(manifest) && (format.map { Self.speaks(manifest, $0) } ?? true) }
        let unnamed = blobs.first { OCIMediaType.hasNoDockerName($0.mediaType) }
        if format == .docker, let unnamed {
            guard faithful.isEmpty else { return faithful }
            throw EngineError(
                .badParameter,
                "layer \(unnamed.digest) of type \(unnamed.mediaType) can't stand in a manifest of schema 2")
        }
        let families = format.map { [$0 == .oci] } ?? (unnamed == nil ? [false, true] : [true])
        return try faithful + families.map(make)
    }

    /// Whether it and all that it names are of this family.
    private static func speaks(_ manifest: FetchedManifest, _ format: ManifestFormat) -> Bool {
        guard let document = try? OCIManifest(parsing: manifest.bytes) else { return false }
        let family = format == .oci ? "application/vnd.oci." : "application/vnd.docker."
        let types = [manifest.mediaType, document.config.mediaType ?? ""] + document.layers.map { $0.mediaType ?? "" }
        return types.allSatisfy { $0.hasPrefix(family) }
    }

    private func fits(_ manifest: FetchedManifest) -> Bool {
        guard let document = try? OCIManifest(parsing: manifest.bytes) else { return false }
        return document.config.digest == config.id && document.layers.map(\.digest) == blobs.map(\.digest)
    }

    private func make(isOCI: Bool) throws -> FetchedManifest {
        let type = isOCI ? OCIMediaType.manifest : OCIMediaType.dockerManifest
        let manifest = try OCIManifest(
            config: OCIDescriptor(
                mediaType: isOCI ? OCIMediaType.config : OCIMediaType.dockerConfig, digest: config.id,
                size: Int64(config.bytes.count)),
            layers: blobs.map { blob in
                var layer = OCIDescriptor(
                    mediaType: OCIMediaType.layer(blob.mediaType, isOCI: isOCI), digest: blob.digest, size: blob.size)
                layer.urls = foreign.places[blob.diffID]
                return layer
            }, mediaType: type)
        return FetchedManifest(bytes: manifest.bytes, mediaType: type, digest: manifest.digest)
    }

    /// The registry takes no manifests of this kind, or none it can read.
    static func refuses(_ error: RegistryError) -> Bool {
        error.status == 415 || error.code == "MANIFEST_INVALID" || error.code == "UNSUPPORTED"
    }
}

extension OCIMediaType {
    fileprivate static func hasNoDockerName(_ type: String) -> Bool {
        type == layerZstd || (isForeign(type) && type != foreignLayer && type != dockerForeignLayer)
    }

    /// The same kind of layer in the words of the other family.
    static func layer(_ type: String, isOCI: Bool) -> String {
        switch type {
        case layerZstd: type
        case foreignLayer, dockerForeignLayer: isOCI ? foreignLayer : dockerForeignLayer
        // Not packed with gzip; schema 2 has no name for these.
        case _ where isForeign(type): type
        case layer, dockerLayerPlain: isOCI ? layer : dockerLayerPlain
        default: isOCI ? layerGzip : dockerLayer
        }
    }
}
