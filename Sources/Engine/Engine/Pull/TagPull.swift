internal import APIModel
internal import ImageModel
internal import ImageStore
internal import Primitives

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
        let (fetched, manifest) = try await ManifestChoice(source: source, platform: platform ?? .host).image(
            in: top, reference)
        report(ProgressMessage(status: "Pulling from \(reference.path)", id: asked))
        let known = try? engine.images.resolve(reference.familiar).id
        let image = try await store(fetched, manifest, reference, top.digest)
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
        _ fetched: FetchedManifest, _ manifest: OCIManifest, _ reference: ImageReference, _ top: Digest
    ) async throws -> Image {
        let config = try await config(of: manifest)
        let places = LayerPlace.all(of: config)
        guard places.count == manifest.layers.count else {
            throw EngineError(.badParameter, "layers from manifest don't match image configuration")
        }
        var pull = LayerPull(
            traffic: engine.traffic, source: source, report: report, layers: Array(zip(manifest.layers, places)))
        // Of an image that is here nothing is said of its layers.
        if (try? engine.images.resolve(config.id.description)) != nil { pull.isQuiet = true }
        let held = try await pull.run()
        let blobs = zip(manifest.layers, places).map { layer, place in
            RemoteBlob(
                diffID: place.diffID, digest: layer.digest, size: layer.size, mediaType: layer.mediaType ?? "",
                repository: reference.canonicalRepository)
        }
        let names = [reference, reference.with(digest: top)].filter { $0.tag != nil || $0.digest != nil }
        let result: Result<Image, EngineError>
        do throws(EngineError) {
            let (kept, known) = (names, blobs)
            result = .success(
                try await engine.workers.run { [images = engine.images] in
                    try images.register(pulled: config, manifest: fetched, blobs: known, names: kept)
                })
        } catch {
            result = .failure(error)
        }
        await pull.letGo(held)
        return try result.get()
    }

    /// The config's bytes are small and all in memory. Errors: `badParameter` when they are not what the digest names.
    func config(of manifest: OCIManifest) async throws -> ImageConfig {
        let blob = manifest.config
        if let image = try? engine.images.resolve(blob.digest.description) { return image.config }
        guard (0...Int64(ImageConfig.maximumSize)).contains(blob.size) else {
            throw EngineError(.badParameter, "invalid image config: larger than \(ImageConfig.maximumSize) bytes")
        }
        let bytes = CollectedBytes()
        try await source.blob(blob, from: 0) { bytes.add($0) }
        guard blob.digest.algorithm == "sha256", Digest.sha256(of: bytes.all) == blob.digest else {
            throw EngineError(.badParameter, "image config verification failed for digest \(blob.digest)")
        }
        return try ImageConfig(parsing: bytes.all)
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
