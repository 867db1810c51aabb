internal import APIModel
internal import ContentFetch
internal import Dockerfile
internal import LayerFS
internal import LinuxSystem
internal import Primitives

extension Engine {
    /// Takes a build's context from wherever it comes: the request's body (an archive, or a Dockerfile by itself), an
    /// archive or a Dockerfile by its URL, a repository.
    ///
    /// Nothing of it is held in memory but the Dockerfile and a line per file. Cancelling ends a transfer at once; a body
    /// ends with its client. Errors: `badParameter` for what is wrong with the context, `notFound` and `unavailable` for
    /// one that can't be fetched.
    func receiveContext(
        _ request: BuildRequest, body: ByteChannel?, progress: @escaping ProgressReport
    ) async throws(EngineError) -> BuildContext {
        try await receive(.main(dockerfile: request.dockerfile)) { reception throws(EngineError) in
            guard let remote = request.remote, !remote.isEmpty else {
                guard let body else { throw ContextDockerfile.missing(request.dockerfile) }
                return try await transfers.run { try reception.read(body, form: ContextForm.init) }
            }
            return try await fetch(remote, reception, progress)
        }
    }

    /// Makes a folder for a context, which goes when `body` fails.
    func receive(
        _ purpose: ContextPurpose, _ body: (ContextReception) async throws(EngineError) -> BuildContext
    ) async throws(EngineError) -> BuildContext {
        let folder = paths.contexts
        let holder = try await workers.run { try ContextHolder(in: folder) }
        do throws(EngineError) { return try await body(ContextReception(holder, purpose)) } catch {
            discard(holder)
            throw error
        }
    }

    /// A context that is elsewhere.
    func fetch(
        _ source: String, _ reception: ContextReception, _ progress: @escaping ProgressReport
    ) async throws(EngineError) -> BuildContext {
        if RemoteSource.isRepository(source) { return try await clone(GitRepository(parsing: source), reception) }
        guard RemoteSource.isURL(source) else {
            throw EngineError(.badParameter, "remoteURL (\(source)) could not be recognized as URL")
        }
        return try await download(source, reception, progress)
    }

    private func download(
        _ url: String, _ reception: ContextReception, _ progress: @escaping ProgressReport
    ) async throws(EngineError) -> BuildContext {
        let stream = try WebStream(
            url, agent: "docker/" + configuration.version.version, DownloadMeter("Downloading context", progress))
        do {
            return try await withTaskCancellationHandler {
                try await transfers.run { [downloads] in
                    stream.begin(on: downloads)
                    return try reception.read(stream.content) { prefix in
                        // An answer that never came is an error of its own.
                        try stream.content.checkIsWhole()
                        return try ContextForm(prefix, mediaType: stream.mediaType)
                    }
                }
            } onCancel: {
                stream.cancel()
            }
        } catch {
            let error = EngineError(wrapping: error)
            throw EngineError(
                error.kind, "error downloading remote context \(ContentFetch.shown(url)): \(error.message)",
                cause: error)
        }
    }

    private func clone(
        _ repository: GitRepository, _ reception: ContextReception
    ) async throws(EngineError) -> BuildContext {
        let git = GitProgram()
        do {
            return try await withTaskCancellationHandler {
                try await transfers.run {
                    let isPinned = repository.checksum != nil
                    let wanted = isPinned ? try GitResolution(git: git).resolved(repository) : repository
                    let folder = try GitCheckout(git: git, repository: wanted, folder: reception.holder.repository)
                        .run()
                    if repository.keepsGitFolder == false {
                        try HostDirectory.removeTree(reception.holder.repository + "/.git")
                    }
                    return try reception.take(folder, rulesApply: true)
                }
            } onCancel: {
                git.cancel()
            }
        } catch {
            throw EngineError(wrapping: error)
        }
    }
}

/// What a context is for.
enum ContextPurpose: Sendable, Hashable {
    /// To be built. `dockerfile`: its path in the context; empty looks for the usual names.
    case main(dockerfile: String)
    /// Its files are used by its name. Whoever sent it has left out what was to be left out.
    case named(String)
}

/// Makes a context of a stream or of a folder that is there. Blocks.
struct ContextReception: Sendable {
    let holder: ContextHolder
    private let purpose: ContextPurpose

    init(_ holder: ContextHolder, _ purpose: ContextPurpose) {
        self.holder = holder
        self.purpose = purpose
    }

    /// Reads a stream, whose form `form` tells by its first bytes.
    func read(
        _ channel: ByteChannel, form: @escaping ([UInt8]) throws -> ContextForm
    ) throws(EngineError) -> BuildContext {
        guard let input = channel.takeFD() else { throw EngineError(.internal, "the context's stream is gone") }
        let stream = FDBox(input)
        do {
            return try read(FDSource(stream), form: form) { () throws(EngineError) in try channel.checkIsWhole() }
        } catch {
            // Why it was cut, if it was, says more than what the reader found missing.
            try channel.checkIsWhole()
            throw EngineError(wrapping: error)
        }
    }

    /// The same for a part of a stream; `check` is asked when it is read.
    func read(
        _ input: any ByteSource, form: ([UInt8]) throws -> ContextForm, check: () throws -> Void
    ) throws -> BuildContext {
        let source = try PeekedSource(input, count: ContextForm.prefixLength)
        switch (try form(source.prefix), purpose) {
        case (.archive, _):
            let digests = try unpack(source)
            try check()
            return try take(holder.files, digests: digests)
        case (.dockerfile, .main):
            let bytes = try readDockerfile(source)
            try check()
            return try withoutFiles(bytes)
        case (.dockerfile, .named(let name)):
            throw EngineError(.badParameter, "the context \(name) is no archive")
        }
    }

    private func unpack(_ source: any ByteSource) throws -> ContentDigests {
        let root = try holder.makeFiles()
        let digests = ContentDigests()
        var options = UnpackOptions(mode: .plain)
        options.keepsOwner = false
        options.contents = digests
        _ = try LayerArchive.unpack(source, into: root.fd, options: options)
        return digests
    }

    private func readDockerfile(_ source: any ByteSource) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = try piece.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
            bytes += piece[..<count]
            guard bytes.count <= SyntaxTree.longest else {
                throw EngineError(.badParameter, "the Dockerfile is longer than \(SyntaxTree.longest) bytes")
            }
        }
        return bytes
    }

    private func withoutFiles(_ dockerfile: [UInt8]) throws -> BuildContext {
        BuildContext(
            folder: holder.files, root: try holder.makeFiles(), dockerfile: dockerfile, dockerfileName: "Dockerfile",
            entries: ContextEntries([]), holder: holder)
    }

    /// A folder of files that are here. `rulesApply`: the ignore file takes away all it names, as nobody has done it
    /// before; else only itself and the Dockerfile.
    func take(_ folder: String, digests: ContentDigests? = nil, rulesApply: Bool = false) throws -> BuildContext {
        let root = FDBox(try FD.open(at: RawPath(folder), .directory))
        var dockerfile: ContextDockerfile?
        if case .main(let wanted) = purpose {
            let found = try ContextDockerfile(wanted, in: root)
            if !rulesApply {
                try found.removeIfIgnored()
            } else if let rules = try found.ignoreRules()?.rules {
                try ContextPruning.prune(root, by: rules)
            }
            dockerfile = found
        }
        return BuildContext(
            folder: folder, root: root, dockerfile: dockerfile?.bytes ?? [], dockerfileName: dockerfile?.name ?? "",
            entries: try ContextWalk(digests: digests).entries(of: root), holder: holder)
    }
}
