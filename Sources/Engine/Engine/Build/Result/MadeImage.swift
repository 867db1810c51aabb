internal import APIModel
internal import ImageModel
internal import ImageStore
internal import LinuxSystem
internal import OrderedJSON
internal import Primitives

/// What came of a build.
struct MadeImage: Sendable {
    var id: Digest
    /// The same for the client to fetch; nil when it doesn't.
    var held: HeldImage?
}

extension Build {
    func made(_ id: Digest) async throws(EngineError) -> MadeImage {
        guard outputs.isFetched else { return MadeImage(id: id) }
        return try await engine.workers.run { [images = engine.images] in
            MadeImage(id: id, held: try images.hold(try images.resolve(id.description).config))
        }
    }

    /// `--squash`: another image, with one layer for all that was built on `base` (empty: on nothing). It is registered only
    /// if it is kept; what was built stays as cache.
    func squash(_ id: Digest, onto base: String) async throws(EngineError) -> MadeImage {
        let base = try base.isEmpty ? nil : Digest(parsing: base)
        let created = request.latestTime ?? .now()
        return try await engine.workers.run { [images = engine.images, outputs, kept] in
            let squashed = try images.squash(id, onto: base, created: created)
            defer { images.letGo([squashed.layer].compactMap(\.self)) }
            if outputs.keepsImage { try images.register(squashed.config, keptIn: kept) }
            return MadeImage(id: squashed.config.id, held: outputs.isFetched ? try images.hold(squashed.config) : nil)
        }
    }

    func letGo(_ made: MadeImage) {
        guard let held = made.held else { return }
        engine.workers.submit { [images = engine.images] in images.letGo(held) }
    }

    /// Offers the image to the client, for as long as that does not end its request.
    func offer(_ image: HeldImage) async throws(EngineError) {
        engine.results.add(image)
        defer { engine.results.remove(image) }
        let manifest = try engine.images.manifest(of: image)
        let descriptor = BuildResult.Descriptor(
            mediaType: OCIMediaType.manifest, digest: manifest.digest.description, size: Int64(manifest.bytes.count))
        try tell(BuildResult(id: image.image.id.description, descriptor: descriptor))
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }

    private func tell(_ result: BuildResult) throws(EngineError) {
        var message = ProgressMessage(id: BuildResult.messageID)
        do { message.aux = try OrderedJSONEncoder().encodeValue(result) } catch {
            throw EngineError(.internal, "encode a build's result: \(error)", cause: error)
        }
        report(message)
    }
}

extension BuildRequest {
    /// Times later than this are written as this: `SOURCE_DATE_EPOCH`, which makes images that are the same to the bit.
    var latestTime: Timestamp? {
        let seconds = (arguments["SOURCE_DATE_EPOCH"] ?? nil).flatMap { Int64($0) }
        return seconds.map { Timestamp(seconds: max(0, $0)) }
    }
}
