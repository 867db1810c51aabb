internal import APIModel
internal import ImageModel
internal import ImageStore
internal import LayerFS
internal import LinuxSystem
internal import Primitives

/// Sees to it that a repository has one layer: it is there, or in another repository of the registry, or it is sent.
struct LayerPush: Sendable {
    let engine: Engine
    let target: any ImageTarget
    let layer: PackableLayer
    let repository: ImageReference
    let report: ProgressReport

    /// Of a layer that is known under many names so many are asked for.
    private static let mostQuestions = 4
    /// Sent at once, and again when a connection breaks.
    private static let piece = 4 << 20

    private var progress: LayerProgress { LayerProgress(id: layer.diffID.short, report: report) }
    private var home: String { repository.canonicalRepository }

    func run(_ permits: Permits) async throws -> RemoteBlob {
        await permits.enter { progress.say("Waiting") }
        defer { permits.leave() }
        try Task.checkCancellation()
        let known = try await engine.workers.run { [images = engine.images, layer] in try images.blobs(of: layer.diffID)
        }
        if let found = try await existing(known) { return found }
        let (mounted, session) = try await mounted(known)
        if let mounted { return mounted }
        return try await upload(session)
    }

    private func here(_ blob: RemoteBlob) -> RemoteBlob {
        var blob = blob
        blob.repository = home
        return blob
    }

    private func existing(_ known: [RemoteBlob]) async throws -> RemoteBlob? {
        // What was seen in this very repository comes first.
        let ordered = known.filter { $0.repository == home } + known.filter { $0.repository != home }
        var asked: Set<Digest> = []
        for blob in ordered where asked.count < Self.mostQuestions && asked.insert(blob.digest).inserted {
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

    /// Packs on one thread while what is packed is sent.
    private func upload(_ session: (any BlobUpload)?) async throws -> RemoteBlob {
        guard let session else { throw EngineError(.internal, "the registry has what nobody gave it") }
        do {
            let packed = Promised<Result<RemoteBlob, EngineError>>()
            try await send(try packing(packed), session)
            let blob = try await packed.value().get()
            try await session.commit(blob.digest)
            progress.say("Pushed")
            return here(blob)
        } catch {
            await session.cancel()
            throw error
        }
    }

    /// The layer as it is packed. It ends when the thread that packs lets go of its end; how it went is known by then.
    private func packing(_ packed: Promised<Result<RemoteBlob, EngineError>>) throws -> FDBox {
        let ends = try FD.pipeEnds()
        let meter = ProgressMeter(progress, "Pushing", total: layer.tarSize)
        engine.workers.submit { [images = engine.images, layer, writer = ends.writer] in
            packed.give(
                Result { () throws(EngineError) in
                    try images.pack(layer, to: FDSink(writer), note: meter.reached)
                })
        }
        return ends.reader
    }

    /// While a piece is on its way the next one is packed.
    private func send(_ input: FDBox, _ session: any BlobUpload) async throws {
        var next = Task { try await nextPiece(of: input) }
        while true {
            let piece = try await next.value
            let isLast = piece.count < Self.piece
            if !isLast { next = Task { try await nextPiece(of: input) } }
            if !piece.isEmpty { try await session.append(piece) }
            if isLast { return }
        }
    }

    /// Shorter than the others at the end, maybe empty.
    private func nextPiece(of input: FDBox) async throws -> [UInt8] {
        try await engine.downloads.run { try input.readPiece(Self.piece) }
    }
}

extension FDBox {
    /// So many bytes, fewer only at the end.
    fileprivate func readPiece(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = try fd.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...]))
                if read == 0 { return }
                filled += read
            }
        }
    }
}
