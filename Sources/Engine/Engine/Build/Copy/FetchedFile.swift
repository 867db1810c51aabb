internal import APIModel
internal import ContentFetch
internal import ImageBuilder
internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// A file that ADD has fetched.
struct FetchedFile: Sendable {
    /// On the host; it goes with the build's context.
    var path: String
    /// As the destination calls it, if that is a folder.
    var name: String
    var digest: Digest
    /// `Last-Modified`, or 1970.
    var modified: FileTime
}

extension BuildSession {
    /// Sources of an ADD that are files elsewhere. They are known by their content: the server is asked in each build whether it
    /// has another one now, unless the Dockerfile says which one it wants and that is here.
    func fetch(
        _ sources: [String], _ copy: CopyStep, _ step: StepReport
    ) async throws(EngineError) -> [FetchedFile] {
        var files: [FetchedFile] = []
        for source in sources { files.append(try await fetch(source, copy, step)) }
        return files
    }

    private func fetch(
        _ url: String, _ copy: CopyStep, _ step: StepReport
    ) async throws(EngineError) -> FetchedFile {
        let name = ContentFetch.fileName(of: url)
        guard name != nil || !copy.hasFolderDestination else {
            throw EngineError(
                .badParameter, "ADD failed: cannot determine filename for source \(ContentFetch.shown(url))")
        }
        let place = context.holder.path + "/fetched-" + ContainerID.random().short
        var (page, path) = (try await kept(url, as: place + "-kept"), place + "-kept")
        if page == nil || page?.digest != copy.checksum,
            let new = try await download(url, to: place, unless: page, isPinned: copy.checksum != nil, step)
        {
            (page, path) = (new, place)
        }
        guard let page else { throw EngineError(.internal, "fetch \(ContentFetch.shown(url)): there is no content") }
        if let wanted = copy.checksum, wanted != page.digest {
            throw EngineError(
                .badParameter,
                "ADD failed: digest mismatch for \(ContentFetch.shown(url)): \(page.digest) (expected: \(wanted))")
        }
        step(.note(""))
        let modified = FileTime(seconds: page.lastModified.flatMap(HTTPDate.seconds) ?? 0)
        return FetchedFile(
            path: path, name: name ?? "__unnamed__", digest: page.digest, modified: modified)
    }

    private func kept(_ url: String, as path: String) async throws(EngineError) -> KeptDownloads.Page? {
        guard !request.ignoresCache else { return nil }
        return try await engine.workers.run { [engine] in engine.keptDownloads.take(url, as: path) }
    }

    /// Nil when the server says that it is still what is known. `isPinned`: it is kept even when the server can't say so.
    private func download(
        _ url: String, to path: String, unless known: KeptDownloads.Page?, isPinned: Bool, _ step: StepReport
    ) async throws(EngineError) -> KeptDownloads.Page? {
        let download = try await engine.workers.run { try Download(path) }
        let meter = Mutex(DownloadMeter("Downloading", { step(.transfer($0)) }))
        let answer = try await ContentFetch.get(
            url, userAgent: "docker/" + engine.configuration.version.version, unless: known?.validators,
            head: { head in meter.withLock { $0.total = head.length } },
            { [engine] bytes in
                try await engine.workers.run { try download.write(bytes) }
                meter.withLock { $0.took(bytes.count) }
            })
        switch answer {
        case .unchanged(let head):
            // Whoever means another content than what was asked for is asked without a condition.
            guard head.tag == nil || head.tag?.opaque == known?.tag?.opaque else {
                try await engine.workers.run { try HostFile.remove(path) }
                return try await self.download(url, to: path, unless: nil, isPinned: isPinned, step)
            }
            return nil
        case .content(let head):
            let page = KeptDownloads.Page(url, head, download)
            if head.mayBeKept, isPinned || page.validators != nil { await keep(page, of: url, content: path) }
            return page
        }
    }

    /// A build works without, too.
    private func keep(_ page: KeptDownloads.Page, of url: String, content path: String) async {
        await engine.attempt("keep a download") { () async throws(EngineError) in
            try await engine.workers.run { [engine] in
                try engine.keptDownloads.keep(page, of: url, content: path)
            }
        }
    }
}

extension KeptDownloads.Page {
    /// What has come, as the server's head has it.
    fileprivate init(_ url: String, _ head: ContentFetch.Head, _ download: Download) {
        let (digest, size) = download.result
        self.init(address: ContentFetch.shown(url), digest: digest, size: size, fetched: .now())
        tag = head.tag.flatMap { $0.utf8.count <= 1024 ? $0 : nil }
        lastModified = head.lastModified.flatMap { HTTPDate.seconds($0) == nil ? nil : $0 }
        isKnownByTime = Self.isKnownByTime(lastModified, head.date)
    }

    /// RFC 9110, section 8.8.2.2: a time says what the content is when it was over as it was sent.
    static func isKnownByTime(_ modified: String?, _ date: String?) -> Bool {
        guard let modified = modified.flatMap(HTTPDate.seconds), let date = date.flatMap(HTTPDate.seconds) else {
            return false
        }
        return date > modified
    }
}

extension String {
    /// An entity tag without the mark of a weak one: two are compared by that (RFC 9110, section 8.8.3.2).
    fileprivate var opaque: Substring { hasPrefix("W/") ? dropFirst(2) : self[...] }
}

/// Writes what is fetched, and hashes it.
private final class Download: Sendable {
    private struct State {
        var hash = SHA256()
        var size: Int64 = 0
    }

    private let file: FDBox
    private let state = Mutex(State())

    init(_ path: String) throws {
        file = FDBox(try FD.open(at: RawPath(path), [.writeOnly, .create, .exclusive], mode: 0o600))
    }

    func write(_ bytes: [UInt8]) throws {
        try file.fd.writeAll(bytes)
        state.withLock {
            $0.hash.update(bytes)
            $0.size += Int64(bytes.count)
        }
    }

    var result: (digest: Digest, size: Int64) {
        let (hex, size) = state.withLock { ($0.hash.hex, $0.size) }
        return (Digest(sha256Hex: hex) ?? .sha256(of: []), size)
    }
}
