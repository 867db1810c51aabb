internal import APIModel
internal import ImageModel
internal import ImageStore
internal import Primitives
internal import RegistryClient

/// Pulls one tag or digest of a repository.
struct TagPull: Sendable {
    let engine: Engine
    let source: any ImageSource
    /// Nil is the host's, and what there is when there is no choice.
    let platform: Platform?
    let report: ProgressReport

    /// Whether the name stands for something new now. Errors: `RegistryError`, `EngineError`.
    func run(_ reference: ImageReference) async throws -> Bool {
        let asked = reference.digest?.description ?? reference.tag ?? ImageReference.defaultTag
        let top = try await source.manifest(asked)
        let chosen = try await ManifestChoice(source: source, platform: platform ?? .host).image(in: top)
        report(ProgressMessage(status: "Pulling from \(reference.path)", id: asked))
        let known = try? engine.images.resolve(reference.familiar).id
        let image = try await store(chosen, reference, top.digest)
        report(ProgressMessage(status: "Digest: \(top.digest)"))
        warnOfPlatform(image, reference)
        engine.publishImage("pull", id: reference.familiar, name: reference.repository)
        return known != image.id
    }

    func sayStatus(_ name: String, isNew: Bool) {
        let status = isNew ? "Status: Downloaded newer image for \(name)" : "Status: Image is up to date for \(name)"
        report(ProgressMessage(status: status))
    }

    private func store(
        _ chosen: ManifestChoice.Chosen, _ reference: ImageReference, _ top: Digest
    ) async throws -> Image {
        switch chosen {
        case .image(let fetched, let manifest):
            let config = try await config(of: manifest)
            let places = LayerPlace.all(of: config)
            guard places.count == manifest.layers.count else {
                throw EngineError(.badParameter, "layers from manifest don't match image configuration")
            }
            let layers = Array(zip(manifest.layers, places))
            var pull = LayerPull(traffic: engine.traffic, source: source, report: report, layers: layers)
            // Of an image that is here nothing is said of its layers.
            pull.isQuiet = (try? engine.images.resolve(config.id.description)) != nil
            let held = try await pull.run()
            return try await register(config, fetched, layers, held, reference, top)
        case .schema1(let manifest):
            let pull = Schema1Pull(traffic: engine.traffic, source: source, report: report, manifest: manifest)
            let (config, layers, held) = try await pull.run()
            return try await register(config, nil, layers, held, reference, top)
        }
    }

    private func register(
        _ config: ImageConfig, _ manifest: FetchedManifest?, _ layers: [(blob: OCIDescriptor, place: LayerPlace)],
        _ held: [Digest], _ reference: ImageReference, _ top: Digest
    ) async throws(EngineError) -> Image {
        let blobs = layers.map { layer in
            RemoteBlob(
                diffID: layer.place.diffID, digest: layer.blob.digest, size: layer.blob.size,
                mediaType: layer.blob.mediaType ?? "", repository: reference.canonicalRepository)
        }
        let names = [reference, reference.with(digest: top)]
        return try await engine.workers.run { [images = engine.images] in
            defer { images.letGo(held) }
            return try images.register(pulled: config, manifest: manifest, blobs: blobs, names: names)
        }
    }

    /// The config's bytes are small and all in memory. Errors: `badParameter` when they are not what the digest names.
    func config(of manifest: OCIManifest) async throws -> ImageConfig {
        let blob = manifest.config
        if let image = try? engine.images.resolve(blob.digest.description) { return image.config }
        guard (0...Int64(ImageConfig.maximumSize)).contains(blob.size) else {
            throw EngineError(.badParameter, "invalid image config: larger than \(ImageConfig.maximumSize) bytes")
        }
        let bytes = try await Patience.run { [source] in
            let bytes = CollectedBytes()
            try await source.blob(blob, from: 0) { bytes.add($0) }
            return bytes.all
        }
        guard blob.digest.algorithm == "sha256", Digest.sha256(of: bytes) == blob.digest else {
            throw EngineError(.badParameter, "image config verification failed for digest \(blob.digest)")
        }
        return try ImageConfig(parsing: bytes)
    }

    /// In the words of Docker's daemon, which pulls such an image all the same.
    private func warnOfPlatform(_ image: Image, _ reference: ImageReference) {
        guard let platform, !OCIPlatform(image.config.platform).matches(platform) else { return }
        let text =
            "WARNING: image with reference \(reference.familiar) was found but its platform (\(image.config.platform)) "
            + "does not match the specified platform (\(platform))"
        report(ProgressMessage(status: text))
    }
}
