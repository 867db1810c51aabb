internal import APIModel
internal import ImageModel
internal import ImageStore
internal import Primitives
internal import Synchronization

/// Sees to it that a repository has one layer: it is there, or in another repository of the registry, or it is sent.
struct LayerPush: Sendable {
    let engine: Engine
    let target: any ImageTarget
    let layer: PackableLayer
    let repository: ImageReference
    /// What the layer is called in the manifest that is to be repeated.
    let wanted: Digest?
    let report: ProgressReport

    /// Of a layer that is known under many names so many are asked for.
    private static let mostQuestions = 4

    private var progress: LayerProgress { LayerProgress(id: layer.diffID.short, report: report) }
    private var home: String { repository.canonicalRepository }

    func run(_ permits: Permits) async throws -> RemoteBlob {
        try await permits.enter { progress.say("Waiting") }
        defer { permits.leave() }
        try Task.checkCancellation()
        let known = try await known()
        let form = try await form(among: known)
        // What can be sent as the manifest has it is not looked for under other names.
        let isRepeated = form != nil && form?.digest == wanted
        let names = isRepeated ? known.filter { $0.digest == wanted } : known
        if let found = try await existing(names) { return found }
        let (mounted, session) = try await mounted(names)
        if let mounted { return mounted }
        return try await send(to: session, as: form)
    }

    /// What the layer is known as: the wanted comes first, then what was seen in this very repository.
    private func known() async throws -> [RemoteBlob] {
        let blobs = try await engine.workers.run { [images = engine.images, layer] in
            try images.blobs(of: layer.diffID)
        }
        let others = blobs.filter { $0.digest != wanted }
        return blobs.filter { $0.digest == wanted } + others.filter { $0.repository == home }
            + others.filter { $0.repository != home }
    }

    /// The first of these that it can be sent as without being packed.
    private func form(among known: [RemoteBlob]) async throws -> RemoteBlob? {
        try await engine.workers.run { [images = engine.images, layer] in
            known.first { images.canWrite(layer, as: $0) }
        }
    }

    private func here(_ blob: RemoteBlob) -> RemoteBlob {
        var blob = blob
        blob.repository = home
        return blob
    }

    private func existing(_ known: [RemoteBlob]) async throws -> RemoteBlob? {
        var asked: Set<Digest> = []
        for blob in known where asked.count < Self.mostQuestions && asked.insert(blob.digest).inserted {
            guard try await target.size(of: blob.digest) == blob.size else { continue }
            progress.say("Layer already exists")
            return here(blob)
        }
        return nil
    }

    /// From another repository of the same registry. What it does not give becomes the session of an upload.
    private func mounted(_ known: [RemoteBlob]) async throws -> (RemoteBlob?, (any BlobUpload)?) {
        let places = known.compactMap { blob in
            (try? ImageReference(parsing: blob.repository)).flatMap {
                $0.domain == repository.domain ? (blob, $0) : nil
            }
        }
        for (blob, place) in places.prefix(Self.mostQuestions) where place.path != repository.path {
            do {
                guard let session = try await target.startUpload(mounting: blob.digest, from: place.path) else {
                    progress.say("Mounted from \(place.path)")
                    return (here(blob), nil)
                }
                await session.cancel()
            } catch let error as RegistryError where error.status == 401 || error.status == 403 {
                continue
            }
        }
        return (nil, try await target.startUpload(mounting: nil, from: nil))
    }

    /// As it came, or packed when that turns out to be damaged, or has just been given up for room.
    private func send(to session: (any BlobUpload)?, as form: RemoteBlob?) async throws -> RemoteBlob {
        guard let form else { return try await upload(session, as: nil) }
        do { return try await upload(session, as: form) } catch {
            if try await self.form(among: [form]) != nil { throw error }
            return try await upload(try await target.startUpload(mounting: nil, from: nil), as: nil)
        }
    }

    /// Reads or packs on one thread while what comes of it is sent.
    private func upload(_ session: (any BlobUpload)?, as form: RemoteBlob?) async throws -> RemoteBlob {
        guard let session else { throw EngineError(.internal, "the registry has what nobody gave it") }
        do {
            let last = LatestPacking()
            let meter = ProgressMeter(progress, "Pushing", total: form?.size ?? layer.tarSize)
            try await session.send { [engine, layer] offset in
                let packing = try LayerPacking(engine, layer, as: form, from: offset, meter)
                last.set(packing)
                return { try await packing.next() }
            }
            guard let blob = try await last.packing?.blob() else { throw EngineError(.internal, "nothing was sent") }
            try await session.commit(blob.digest)
            progress.say("Pushed")
            return here(blob)
        } catch {
            await session.cancel()
            throw error
        }
    }
}

/// Of several tries to send a layer the last, which got to its end.
private final class LatestPacking: Sendable {
    private let state = Mutex<LayerPacking?>(nil)

    var packing: LayerPacking? { state.withLock { $0 } }
    func set(_ packing: LayerPacking) { state.withLock { $0 = packing } }
}
