internal import APIModel
internal import ImageModel
internal import ImageStore
internal import LinuxSystem
internal import Primitives

/// One compressed layer that is being downloaded, for all who want it.
final class BlobDownload: Sendable {
    let blob: OCIDescriptor
    /// Given when the first bytes are asked for: from then on the layer can be unpacked.
    private let opened = Promised<Result<BlobSpool, EngineError>>()
    private let used = Promised<Bool>()
    private let images: ImageStore
    private let pool: WorkerPool

    private static let mostFailures = 5

    init(_ blob: OCIDescriptor, _ images: ImageStore, _ pool: WorkerPool) {
        self.blob = blob
        self.images = images
        self.pool = pool
    }

    func spool() async throws(EngineError) -> BlobSpool { try await opened.value().get() }

    /// Loads until all is here and verified. A connection that breaks is made again where it broke, with longer and longer
    /// waits while nothing comes. It has a permit while it loads, not while it waits.
    func run(
        from source: any ImageSource, _ permits: Permits, _ progress: LayerProgress
    ) async throws {
        do {
            var failures = 0
            while let wait = try await turn(&failures, from: source, permits, progress) {
                try await Task.sleep(for: .seconds(wait))
            }
        } catch {
            let failure = PullFailure.plain(error)
            // One or the other: the spool is there, or never will be.
            opened.give(.failure(failure))
            if let spool = try? await opened.value().get() { spool.fail(failure) }
            throw failure
        }
    }

    /// One attempt. Nil when all is here, else the seconds until the next one.
    private func turn(
        _ failures: inout Int, from source: any ImageSource, _ permits: Permits, _ progress: LayerProgress
    ) async throws -> Int? {
        try await permits.enter { progress.say("Waiting") }
        defer { permits.leave() }
        try Task.checkCancellation()
        if failures == 0 { try await open() }
        let spool = try await spool()
        let before = spool.count
        do {
            try await attempt(spool, from: source, progress)
            return nil
        } catch {
            try Task.checkCancellation()
            if spool.count > before { failures = 0 }
            failures += 1
            guard failures <= Self.mostFailures, let wait = Self.wait(after: error, failures, spool) else {
                throw error
            }
            if wait > 0 { progress.say("Retrying in \(wait) second\(wait == 1 ? "" : "s")") }
            return wait
        }
    }

    private func open() async throws {
        let size = blob.size < 0 ? nil : blob.size
        opened.give(.success(try await pool.run { [images, blob] in try images.openSpool(blob.digest, size: size) }))
    }

    private func attempt(_ spool: BlobSpool, from source: any ImageSource, _ progress: LayerProgress) async throws {
        let meter = ProgressMeter(progress, "Downloading", total: blob.size)
        if spool.count != blob.size {
            try await source.blob(blob, from: spool.count) { [pool] bytes in
                try await pool.run { try spool.append(bytes) }
                meter.reached(spool.count)
            }
        }
        progress.say("Verifying Checksum")
        try await pool.run { try spool.finish() }
        progress.say("Download complete")
    }

    /// Seconds until another try; nil when none makes sense. What was left over by an earlier pull and is damaged is loaded
    /// again at once.
    private static func wait(after error: any Error, _ failures: Int, _ spool: BlobSpool) -> Int? {
        if let error = error as? RegistryError {
            guard error.isTemporary else { return nil }
            return error.retryAfter ?? min(1 << (failures - 1), 10)
        }
        return !spool.hasEnded && spool.count == 0 ? 0 : nil
    }

    /// Somebody has unpacked it: nobody needs the file any more.
    func markUsed() { used.give(true) }

    /// Nobody wants it any more, and `task` has ended or will.
    func clean(after task: Task<Void, any Error>) async {
        let result = await task.result
        used.give(false)
        let isUsed = await used.value()
        guard let spool = try? await opened.value().get() else { return }
        let isWrong = if case .failure = result { spool.count == 0 } else { false }
        if isUsed || isWrong { await pool.runQuietly { spool.remove() } }
    }
}
