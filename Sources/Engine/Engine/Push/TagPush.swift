internal import APIModel
internal import ImageModel
internal import ImageStore
internal import OrderedJSON
internal import Primitives

/// Pushes one image under one tag: its layers side by side, then its config, then the manifest that ties them together.
struct TagPush: Sendable {
    let engine: Engine
    let target: any ImageTarget
    /// Nil is what suits the image and the registry.
    let format: ManifestFormat?
    let report: ProgressReport

    func run(_ name: ImageReference, _ id: Digest) async throws {
        let layers = try await engine.workers.run { [images = engine.images] in try images.holdLayers(of: id) }
        do {
            let known = try await engine.workers.run { [images = engine.images] in try images.manifests(of: id) }
            let foreign = ForeignLayers(layers, in: known)
            let repeated = try await engine.workers.run { [images = engine.images] in
                try RepeatedManifest(
                    layers, in: known, without: foreign, home: name.canonicalRepository, images)
            }
            let blobs = try await push(layers, name, without: foreign, as: repeated)
            try await finish(name, id, blobs, foreign, known)
        } catch {
            await letGo(layers)
            throw error
        }
        await letGo(layers)
    }

    private func letGo(_ layers: [PackableLayer]) async {
        await engine.workers.runQuietly { [images = engine.images] in images.letGo(layers.map(\.chainID)) }
    }

    /// What the layers are in the registry, in their order; one that an image has twice is sent once.
    private func push(
        _ layers: [PackableLayer], _ name: ImageReference, without foreign: ForeignLayers,
        as repeated: RepeatedManifest
    ) async throws -> [RemoteBlob] {
        var different: [Digest: PackableLayer] = [:]
        for layer in layers where different[layer.diffID] == nil {
            different[layer.diffID] = layer
            LayerProgress(id: layer.diffID.short, report: report).say("Preparing")
        }
        let permits = Permits(Self.mostUploads)
        let sent = try await withThrowingTaskGroup(of: RemoteBlob.self) { group in
            for layer in different.values {
                if let blob = foreign.blobs[layer.diffID] {
                    LayerProgress(id: layer.diffID.short, report: report).say("Skipped foreign layer")
                    group.addTask { blob }
                    continue
                }
                let push = LayerPush(
                    engine: engine, target: target, layer: layer, repository: name,
                    wanted: repeated.names[layer.diffID], report: report)
                group.addTask { try await push.run(permits) }
            }
            return try await group.reduce(into: [Digest: RemoteBlob]()) { $0[$1.diffID] = $1 }
        }
        return layers.compactMap { sent[$0.diffID] }
    }

    private static let mostUploads = 3

    private func finish(
        _ name: ImageReference, _ id: Digest, _ blobs: [RemoteBlob], _ foreign: ForeignLayers,
        _ known: [FetchedManifest]
    ) async throws {
        let image = try await engine.workers.run { [images = engine.images] in try images.resolve(id.description) }
        try await push(image.config)
        let forms = ManifestForms(image.config, blobs, foreign, known: known)
        let manifest = try await putManifest(name, try forms.all(format))
        let reference = name.with(digest: manifest.digest)
        try await engine.workers.run { [images = engine.images] in
            let sent = blobs.filter { foreign.blobs[$0.diffID] == nil }
            try images.note(pushed: id, manifest: manifest, blobs: sent, name: reference)
        }
        let tag = name.tag ?? ""
        report(ProgressMessage(status: "\(tag): digest: \(manifest.digest) size: \(manifest.bytes.count)"))
        var result = ProgressMessage(progressDetail: .init())
        result.aux = [
            "Tag": .string(tag), "Digest": .string(manifest.digest.description),
            "Size": .integer(Int64(manifest.bytes.count)),
        ]
        report(result)
        engine.publishImage("push", id: name.familiar, name: name.repository)
    }

    private func push(_ config: ImageConfig) async throws {
        guard try await target.size(of: config.id) == nil else { return }
        guard let upload = try await target.startUpload(mounting: nil, from: nil) else { return }
        try await upload.send(config.bytes)
        try await upload.commit(config.id)
    }

    /// The manifest that the image came with where it still says the truth, else one of schema 2, else OCI's: the first that
    /// the registry takes.
    private func putManifest(_ name: ImageReference, _ all: [FetchedManifest]) async throws -> FetchedManifest {
        var forms = all
        while true {
            let form = forms.removeFirst()
            do {
                try await target.put(manifest: form, as: name.tag ?? "")
                return form
            } catch let error as RegistryError where !forms.isEmpty && ManifestForms.refuses(error) {
                continue
            }
        }
    }
}
