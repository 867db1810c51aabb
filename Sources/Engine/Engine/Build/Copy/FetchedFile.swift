internal import ContentFetch
internal import Dockerfile
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
    /// Sources of an ADD that are elsewhere. As with Docker's classic builder they are fetched for each build, and known by
    /// their content.
    func fetch(
        _ sources: [String], _ copy: CopyStep, _ step: StepReport
    ) async throws(EngineError) -> [FetchedFile] {
        var files: [FetchedFile] = []
        for source in sources {
            guard !RemoteSource.isRepository(source) else {
                throw EngineError(.notImplemented, "ADD of a repository is not supported: \(source)")
            }
            files.append(try await fetch(source, copy, step))
        }
        return files
    }

    private func fetch(
        _ url: String, _ copy: CopyStep, _ step: StepReport
    ) async throws(EngineError) -> FetchedFile {
        let name = Self.name(of: url)
        guard !name.isEmpty || !copy.hasFolderDestination else {
            throw EngineError(.badParameter, "ADD failed: cannot determine filename for source \(url)")
        }
        let path = context.holder.path + "/fetched-" + ContainerID.random().short
        let download = try await engine.workers.run { try Download(path) }
        let meter = Mutex(DownloadMeter("Downloading", { step(.transfer($0)) }))
        let modified = Mutex<FileTime>(FileTime(seconds: 0))
        try await ContentFetch.get(
            url, userAgent: "docker/" + engine.configuration.version.version,
            head: { head in
                meter.withLock { $0.total = head.length }
                let seconds = head.lastModified.flatMap { HTTPDate.seconds($0) }
                if let seconds { modified.withLock { $0 = FileTime(seconds: seconds) } }
            },
            { [engine] bytes in
                try await engine.workers.run { try download.write(bytes) }
                meter.withLock { $0.took(bytes.count) }
            })
        let digest = download.digest
        if let wanted = copy.checksum, wanted != digest {
            throw EngineError(.badParameter, "ADD failed: digest mismatch for \(url): \(digest) (expected: \(wanted))")
        }
        step(.note(""))
        return FetchedFile(
            path: path, name: name.isEmpty ? "__unnamed__" : name, digest: digest, modified: modified.withLock { $0 })
    }

    /// The last part of an address' path.
    private static func name(of url: String) -> String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let path = rest.prefix { $0 != "?" && $0 != "#" }.drop { $0 != "/" }
        guard !path.hasSuffix("/"), let name = path.split(separator: "/").last, name != "..", name != "." else {
            return ""
        }
        return String(name)
    }
}

/// Writes what is fetched, and hashes it.
private final class Download: Sendable {
    private struct State {
        var hash = SHA256()
    }

    private let file: FDBox
    private let state = Mutex(State())

    init(_ path: String) throws {
        file = FDBox(try FD.open(at: RawPath(path), [.writeOnly, .create, .exclusive], mode: 0o600))
    }

    func write(_ bytes: [UInt8]) throws {
        try file.fd.writeAll(bytes)
        state.withLock { $0.hash.update(bytes) }
    }

    var digest: Digest {
        let hex = state.withLock { $0.hash.hex }
        return Digest(sha256Hex: hex) ?? .sha256(of: [])
    }
}
