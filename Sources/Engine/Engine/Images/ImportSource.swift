internal import APIModel
internal import ContentFetch
internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// The archive that an import reads: the request's body, or what a URL names.
final class ImportSource: Sendable {
    let archive: ByteChannel
    /// What the image's history calls it.
    let origin: String
    private let download: Download?
    private let state = Mutex<(fetching: Task<Void, Never>?, isCancelled: Bool)>((nil, false))

    private struct Download: Sendable {
        var url: String
        var agent: String
        var writer: FDBox
        var progress: ProgressReport
    }

    init(_ request: ImageImport, _ progress: @escaping ProgressReport, agent: String) throws(EngineError) {
        switch request.source {
        case .body(let channel): (archive, origin, download) = (channel, "-", nil)
        case .url(let url):
            progress(ProgressMessage(status: "Downloading from \(url)"))
            do {
                var pair = try SocketPair(buffer: SocketPair.archiveBytes)
                download = Download(url: url, agent: agent, writer: FDBox(pair.takeFirst()), progress: progress)
                (archive, origin) = (ByteChannel(pair.takeSecond()), url)
            } catch {
                throw EngineError(wrapping: error)
            }
        }
    }

    /// Starts to fetch, when somebody is there to read. What is fetched goes through a socket, so that unpacking and
    /// fetching go on side by side; `workers` wait while it is full.
    func begin(on workers: WorkerPool) {
        guard let download else { return }
        // Ends with the content, when the reader has closed its end, or when it is cancelled.
        let fetching = Task { [archive] in
            do throws(EngineError) { try await Self.fetch(download, workers) } catch {
                archive.markCut(because: error.message)
            }
            download.writer.fd.shutDown()
        }
        let isCancelled = state.withLock { state in
            state.fetching = fetching
            return state.isCancelled
        }
        if isCancelled { fetching.cancel() }
    }

    func cancel() {
        let fetching = state.withLock { state in
            state.isCancelled = true
            return state.fetching
        }
        fetching?.cancel()
    }

    private static func fetch(_ download: Download, _ workers: WorkerPool) async throws(EngineError) {
        var meter = DownloadMeter(progress: download.progress)
        try await ContentFetch.get(
            download.url, userAgent: download.agent, length: { meter.total = $0 },
            { bytes in
                try await workers.run { try download.writer.fd.writeAll(bytes) }
                meter.took(bytes.count)
            })
    }
}

/// Tells how far a download has come, a few times a second.
private struct DownloadMeter {
    let progress: ProgressReport
    var total: Int64?
    private var current: Int64 = 0
    private var told = Timestamp(nanoseconds: 0)

    init(progress: @escaping ProgressReport) { self.progress = progress }

    mutating func took(_ count: Int) {
        current += Int64(count)
        let now = Timestamp.now()
        guard now.nanoseconds - told.nanoseconds > 250_000_000 || current == total else { return }
        told = now
        var message = ProgressMessage(status: "Importing")
        message.progressDetail = .init(current: current, total: total ?? 0)
        progress(message)
    }
}
