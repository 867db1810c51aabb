internal import APIModel
internal import ContentFetch
internal import LinuxSystem
internal import Primitives

/// The archive that an import reads: the request's body, or what a URL names.
final class ImportSource: Sendable {
    let archive: ByteChannel
    /// What the image's history calls it.
    let origin: String
    private let download: WebStream?

    init(_ request: ImageImport, _ progress: @escaping ProgressReport, agent: String) throws(EngineError) {
        switch request.source {
        case .body(let channel): (archive, origin, download) = (channel, "-", nil)
        case .url(let url):
            // It stays in the image, which others get.
            let origin = ContentFetch.shown(url)
            progress(ProgressMessage(status: "Downloading from \(origin)"))
            let stream = try WebStream(url, agent: agent, DownloadMeter("Importing", progress))
            (archive, self.origin, download) = (stream.content, origin, stream)
        }
    }

    /// Starts to fetch, when somebody is there to read.
    func begin(on workers: WorkerPool) { download?.begin(on: workers) }

    func cancel() { download?.cancel() }
}
