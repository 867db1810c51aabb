internal import APIModel
internal import ImageModel
internal import ImageStore
internal import LinuxSystem
internal import Primitives

/// The layers that are on their way into the store, for all pulls of an engine.
final class LayerTraffic: Sendable {
    let images: ImageStore
    let workers: WorkerPool
    let downloads: WorkerPool
    let transfers: Transfers
    let permits = Permits(LayerTraffic.mostDownloads)
    let blobs: SharedWork<BlobDownload>
    let layers: SharedWork<Void>

    /// At once, as Docker's default is.
    private static let mostDownloads = 3

    init(_ images: ImageStore, workers: WorkerPool, downloads: WorkerPool, transfers: Transfers) {
        self.images = images
        self.workers = workers
        self.downloads = downloads
        self.transfers = transfers
        blobs = SharedWork { _, download, task in
            // Ends with the download, which was cancelled or is over.
            Task { await download.clean(after: task) }
        }
        layers = SharedWork { chainID, _, task in
            // What was unpacked is held until those who wanted it hold it themselves.
            Task {
                guard (try? await task.value) != nil else { return }
                await workers.runQuietly { images.letGo([chainID]) }
            }
        }
    }
}

/// The layers of one image, on their way: all are loaded side by side, each is unpacked while it comes once the one below it
/// is there.
struct LayerPull: Sendable {
    let traffic: LayerTraffic
    let source: any ImageSource
    let report: ProgressReport
    /// What the manifest names, and where it belongs; root first.
    let layers: [(blob: OCIDescriptor, place: LayerPlace)]
    /// Nothing is said of layers that are here.
    var isQuiet = false
    /// Of the blobs was told before.
    var isBegun = false

    /// Errors: `RegistryError`, `EngineError`. On return the layers are held; `letGo` is the caller's.
    func run() async throws -> [Digest] {
        var held: [Digest] = []
        do {
            for layer in layers {
                guard try await hold(layer.place) else { break }
                held.append(layer.place.chainID)
                if !isQuiet { progress(layer.blob, report).say("Already exists") }
            }
            try await load(Array(layers.dropFirst(held.count)), &held)
            return held
        } catch {
            await letGo(held)
            throw error
        }
    }

    func letGo(_ held: [Digest]) async {
        await traffic.workers.runQuietly { [images = traffic.images] in images.letGo(held) }
    }

    private func hold(_ place: LayerPlace) async throws(EngineError) -> Bool {
        try await traffic.workers.run { [images = traffic.images] in try images.hold(place.chainID) }
    }

    private func progress(_ blob: OCIDescriptor, _ report: @escaping ProgressReport) -> LayerProgress {
        LayerProgress(id: blob.digest.short, report: report)
    }

    private func load(_ missing: [(blob: OCIDescriptor, place: LayerPlace)], _ held: inout [Digest]) async throws {
        if !isBegun { for layer in missing { progress(layer.blob, report).say("Pulling fs layer") } }
        let downloads = missing.map { Self.download($0.blob, traffic, source, report) }
        defer { for download in downloads { download.leave() } }
        let added = HeldLayers()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                // A download that fails ends the pull at once, not when its turn to be unpacked has come.
                for download in downloads { group.addTask { try await download.wait() } }
                group.addTask {
                    for (layer, download) in zip(missing, downloads) {
                        try await unpack(layer.blob, layer.place, download.subject)
                        added.add(layer.place.chainID)
                    }
                }
                try await group.waitForAll()
            }
        } catch {
            held += added.all
            throw error
        }
        held += added.all
    }

    /// Begins to load a blob, or joins those who do.
    static func download(
        _ blob: OCIDescriptor, _ traffic: LayerTraffic, _ source: any ImageSource, _ report: @escaping ProgressReport
    ) -> SharedWork<BlobDownload>.Member {
        traffic.blobs.join(blob.digest, report) { listeners in
            let download = BlobDownload(blob, traffic.images, traffic.downloads)
            let progress = LayerProgress(id: blob.digest.short, report: listeners.tell)
            return (download, { try await download.run(from: source, traffic.permits, progress) })
        }
    }

    /// On return the layer is held for this pull.
    private func unpack(_ blob: OCIDescriptor, _ place: LayerPlace, _ download: BlobDownload) async throws {
        let member = traffic.layers.join(place.chainID, report) { listeners in
            let progress = progress(blob, listeners.tell)
            return ((), { try await unpackNow(blob, place, download, progress) })
        }
        defer { member.leave() }
        try await member.wait()
        guard try await hold(place) else { throw EngineError(.internal, "layer \(place.diffID) is gone") }
    }

    private func unpackNow(
        _ blob: OCIDescriptor, _ place: LayerPlace, _ download: BlobDownload, _ progress: LayerProgress
    ) async throws {
        let spool = try await download.spool()
        let meter = ProgressMeter(progress, "Extracting", total: blob.size)
        try await traffic.transfers.run { [images = traffic.images] in
            // Somebody else, with the same layer from another archive, may have been faster.
            if try images.hold(place.chainID) { return }
            let isForeign = OCIMediaType.isForeign(blob.mediaType ?? "")
            try images.unpack(spool, at: place, isForeign: isForeign) { count in
                if spool.isWhole { meter.reached(count) }
            }
        }
        download.markUsed()
        progress.say("Pull complete")
    }
}
