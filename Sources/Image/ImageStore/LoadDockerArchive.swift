internal import ImageModel
internal import OrderedJSON
internal import Primitives

extension LoadInProgress {
    /// `manifest.json`, since Docker 1.10.
    func loadDockerArchive(_ progress: (LoadProgress) -> Void) throws -> [LoadedImage] {
        let images = try DockerArchive.manifest(parsing: spool.document(DockerArchive.manifestName))
        var loaded: [LoadedImage] = []
        for image in images {
            guard let path = LoadSpool.clean(image.config) else { throw Self.badPath(image.config) }
            let config = try ImageConfig(parsing: spool.document(path))
            try verify(config, path)
            guard isWanted(config) else { continue }
            let places = LayerPlace.all(of: config)
            guard places.count == image.layers.count else {
                throw EngineError(
                    .badParameter,
                    "invalid manifest, layers length mismatch: expected \(places.count), got \(image.layers.count)")
            }
            for (place, layer) in zip(places, image.layers) {
                guard let name = LoadSpool.clean(layer) else { throw Self.badPath(layer) }
                try obtain(place, from: try spool.source(name), progress)
            }
            let names = try (image.repoTags ?? []).map { text throws(EngineError) in try Self.name(text) }
            loaded += try register(config, names: names, progress)
        }
        return loaded
    }

    /// A config that is named by a digest has to have it.
    private func verify(_ config: ImageConfig, _ path: String) throws(EngineError) {
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        let named = last.hasSuffix(".json") ? String(last.dropLast(".json".count)) : last
        guard let digest = Digest(sha256Hex: named), digest != config.id else { return }
        throw EngineError(.badParameter, "invalid image config \(path): its digest is \(config.id)")
    }

    static func badPath(_ path: String) -> EngineError {
        EngineError(.badParameter, "invalid archive: bad path \"\(path)\"")
    }

    static func name(_ text: String) throws(EngineError) -> ImageReference {
        let reference = try ImageReference(parsing: text)
        guard reference.tag != nil, reference.digest == nil else {
            throw EngineError(.badParameter, "invalid tag \"\(text)\"")
        }
        return try reference.refusingReserved()
    }
}
