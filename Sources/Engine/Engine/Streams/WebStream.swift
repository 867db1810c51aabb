internal import ContentFetch
internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// What a URL names, as a stream that somebody reads while it is fetched.
final class WebStream: Sendable {
    let content: ByteChannel
    private let url: String
    private let agent: String
    private let writer: FDBox
    private let meter: DownloadMeter
    private let state = Mutex(State())

    private struct State {
        var fetching: Task<Void, Never>?
        var isCancelled = false
        var mediaType: String?
    }

    init(_ url: String, agent: String, _ meter: DownloadMeter) throws(EngineError) {
        do {
            var pair = try SocketPair(buffer: SocketPair.archiveBytes)
            writer = FDBox(pair.takeFirst())
            content = ByteChannel(pair.takeSecond())
        } catch {
            throw EngineError(wrapping: error)
        }
        (self.url, self.agent, self.meter) = (url, agent, meter)
    }

    /// The server's `Content-Type`; known before the first byte comes out.
    var mediaType: String? { state.withLock { $0.mediaType } }

    /// Starts to fetch, when somebody is there to read. What is fetched goes through a socket, so that the reader's work
    /// and fetching go on side by side; `workers` wait while it is full.
    func begin(on workers: WorkerPool) {
        // Ends with the content, when the reader has closed its end, or when it is cancelled.
        let fetching = Task {
            do throws(EngineError) { try await fetch(workers) } catch { content.markCut(because: error.message) }
            writer.fd.shutDown()
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

    private func fetch(_ workers: WorkerPool) async throws(EngineError) {
        var meter = meter
        try await ContentFetch.get(
            url, userAgent: agent,
            head: { head in
                meter.total = head.length
                state.withLock { $0.mediaType = head.mediaType }
            },
            { bytes in
                try await workers.run { [writer] in try writer.fd.writeAll(bytes) }
                meter.took(bytes.count)
            })
    }
}
