internal import APIModel
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
        let folder = paths.contexts
        let holder = try await workers.run { try ContextHolder(in: folder) }
        do throws(EngineError) {
            let wanted = request.dockerfile
            guard let remote = request.remote, !remote.isEmpty else {
                guard let body else {
                    throw EngineError(.badParameter, "Cannot locate specified Dockerfile: \(wanted)")
                }
                return try await workers.run { try ContextReception(holder, wanted).read(body, form: ContextForm.init) }
            }
            if RemoteSource.isRepository(remote) {
                return try await clone(GitRepository(parsing: remote), wanted, holder)
            }
            guard RemoteSource.isURL(remote) else {
                throw EngineError(.badParameter, "remoteURL (\(remote)) could not be recognized as URL")
            }
            return try await download(remote, wanted, holder, progress)
        } catch {
            discard(holder)
            throw error
        }
    }

    private func download(
        _ url: String, _ dockerfile: String, _ holder: ContextHolder, _ progress: @escaping ProgressReport
    ) async throws(EngineError) -> BuildContext {
        let stream = try WebStream(
            url, agent: "docker/" + configuration.version.version, DownloadMeter("Downloading context", progress))
        do {
            return try await withTaskCancellationHandler {
                try await workers.run { [downloads] in
                    stream.begin(on: downloads)
                    return try ContextReception(holder, dockerfile).read(stream.content) { prefix in
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
            throw EngineError(error.kind, "error downloading remote context \(url): \(error.message)", cause: error)
        }
    }

    private func clone(
        _ repository: GitRepository, _ dockerfile: String, _ holder: ContextHolder
    ) async throws(EngineError) -> BuildContext {
        let git = GitProgram()
        do {
            return try await withTaskCancellationHandler {
                try await workers.run {
                    let isPinned = repository.checksum != nil
                    let wanted = isPinned ? try GitResolution(git: git).resolved(repository) : repository
                    let folder = try GitCheckout(git: git, repository: wanted, folder: holder.repository).run()
                    if repository.keepsGitFolder == false {
                        try HostDirectory.removeTree(holder.repository + "/.git")
                    }
                    return try ContextReception(holder, dockerfile).take(folder, rulesApply: true)
                }
            } onCancel: {
                git.cancel()
            }
        } catch {
            throw EngineError(wrapping: error)
        }
    }
}

/// Makes a context of a stream or of a folder that is there. Blocks.
struct ContextReception {
    private let holder: ContextHolder
    private let wantedDockerfile: String

    /// `dockerfile`: its path in the context; empty looks for the usual names.
    init(_ holder: ContextHolder, _ dockerfile: String) {
        self.holder = holder
        wantedDockerfile = dockerfile
    }

    /// Reads a stream, whose form `form` tells by its first bytes.
    func read(
        _ channel: ByteChannel, form: @escaping ([UInt8]) throws -> ContextForm
    ) throws(EngineError) -> BuildContext {
        guard let input = channel.takeFD() else { throw EngineError(.internal, "the context's stream is gone") }
        let stream = FDBox(input)
        do {
            let source = try PeekedSource(FDSource(stream), count: ContextForm.prefixLength)
            switch try form(source.prefix) {
            case .archive:
                let digests = try unpack(source)
                try channel.checkIsWhole()
                return try take(holder.files, digests: digests)
            case .dockerfile:
                let bytes = try readDockerfile(source)
                try channel.checkIsWhole()
                return try withoutFiles(bytes)
            }
        } catch {
            // Why it was cut, if it was, says more than what the reader found missing.
            try channel.checkIsWhole()
            throw EngineError(wrapping: error)
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
        let dockerfile = try ContextDockerfile(wantedDockerfile, in: root)
        if rulesApply {
            if let rules = try dockerfile.ignoreRules()?.rules { try ContextPruning.prune(root, by: rules) }
        } else {
            try dockerfile.removeIfIgnored()
        }
        return BuildContext(
            folder: folder, root: root, dockerfile: dockerfile.bytes, dockerfileName: dockerfile.name,
            entries: try ContextWalk(digests: digests).entries(of: root), holder: holder)
    }
}
