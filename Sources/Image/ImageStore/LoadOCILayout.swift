internal import ImageModel
internal import OrderedJSON
internal import Primitives

extension LoadInProgress {
    /// `index.json` and `blobs/`. Of an index with several platforms, the wanted one is taken, else the host's.
    func loadOCILayout(_ progress: (LoadProgress) -> Void) throws -> [LoadedImage] {
        let index = try OCIIndex(parsing: spool.document(OCILayout.indexName))
        var loaded: [LoadedImage] = []
        for descriptor in index.manifests {
            if let platform, descriptor.platform?.matches(platform) == false { continue }
            guard let manifest = try manifest(of: descriptor, depth: 0) else { continue }
            let config = try ImageConfig(parsing: blob(manifest.config))
            guard isWanted(config) else { continue }
            let places = LayerPlace.all(of: config)
            guard places.count == manifest.layers.count else {
                throw EngineError(
                    .badParameter,
                    "invalid manifest, layers length mismatch: expected \(places.count), got \(manifest.layers.count)")
            }
            for (place, layer) in zip(places, manifest.layers) {
                try obtain(place, from: try spool.source(OCILayout.blobPath(layer.digest)), progress)
            }
            loaded += try register(config, names: Self.names(of: descriptor), progress)
        }
        return loaded
    }

    /// Nil for an index in which nothing fits.
    private func manifest(of descriptor: OCIDescriptor, depth: Int) throws -> OCIManifest? {
        let bytes = try blob(descriptor)
        guard descriptor.isIndex else { return try OCIManifest(parsing: bytes) }
        guard depth < 4 else { throw EngineError(.badParameter, "invalid image index: nested too deeply") }
        let fitting = try OCIIndex(parsing: bytes).manifests.first {
            $0.platform?.matches(platform ?? .host) ?? true
        }
        return try fitting.flatMap { try manifest(of: $0, depth: depth + 1) }
    }

    /// A document that has the digest under which it goes.
    private func blob(_ descriptor: OCIDescriptor) throws(EngineError) -> [UInt8] {
        let bytes = try spool.document(OCILayout.blobPath(descriptor.digest))
        guard descriptor.digest.algorithm == "sha256", Digest.sha256(of: bytes) == descriptor.digest else {
            throw EngineError(.badParameter, "invalid archive: blob \(descriptor.digest) has other content")
        }
        return bytes
    }

    private static func names(of descriptor: OCIDescriptor) throws(EngineError) -> [ImageReference] {
        let annotations = descriptor.annotations ?? [:]
        guard let text = annotations[OCIIndex.containerdName] ?? annotations[OCIIndex.refName],
            let reference = try? ImageReference(parsing: text), reference.digest == nil
        else { return [] }
        // A bare tag is not a name.
        let isBareTag = annotations[OCIIndex.containerdName] == nil && reference.tag == nil
        return isBareTag ? [] : [try reference.refusingReserved().withDefaultTag]
    }
}
