internal import APIModel
internal import ContentFetch
internal import LinuxSystem
internal import Primitives

extension Engine {
    /// The archive that an import reads, and what the image's history calls it.
    func source(
        of request: ImageImport, _ progress: @escaping ProgressReport
    ) throws(EngineError) -> (ByteChannel, origin: String) {
        switch request.source {
        case .body(let channel): return (channel, "-")
        case .url(let url):
            progress(ProgressMessage(status: "Downloading from \(url)"))
            return (try download(url, progress), url)
        }
    }

    /// What is fetched goes through a socket, so that unpacking and fetching go on side by side.
    private func download(_ url: String, _ progress: @escaping ProgressReport) throws(EngineError) -> ByteChannel {
        let writer: FDBox
        let channel: ByteChannel
        do {
            var pair = try SocketPair()
            writer = FDBox(pair.takeFirst())
            channel = ByteChannel(pair.takeSecond())
        } catch {
            throw EngineError(wrapping: error)
        }
        // Ends with the content, or when the reader has closed its end.
        let agent = "docker/" + configuration.version.version
        Task { [workers] in
            let meter = DownloadMeter(progress)
            do throws(EngineError) {
                try await ContentFetch.get(
                    url, userAgent: agent, length: { meter.expect($0) },
                    { bytes in
                        try await workers.run { try writer.fd.writeAll(bytes) }
                        meter.took(bytes.count)
                    })
            } catch {
                channel.markCut(because: error.message)
            }
            writer.fd.shutDown()
        }
        return channel
    }
}

/// Tells how far a download has come, a few times a second.
private final class DownloadMeter: @unchecked Sendable {
    // Invariant: used by one task.
    private let progress: ProgressReport
    private var total: Int64?
    private var current: Int64 = 0
    private var told = Timestamp(nanoseconds: 0)

    init(_ progress: @escaping ProgressReport) { self.progress = progress }

    func expect(_ total: Int64?) { self.total = total }

    func took(_ count: Int) {
        current += Int64(count)
        let now = Timestamp.now()
        guard now.nanoseconds - told.nanoseconds > 250_000_000 || current == total else { return }
        told = now
        var message = ProgressMessage(status: "Importing")
        message.progressDetail = .init(current: current, total: total ?? 0)
        progress(message)
    }
}
