public import APIModel
internal import ImageStore
internal import LinuxSystem
public import Primitives

extension Engine {
    public func loadImages(
        from archive: ByteChannel, quiet: Bool, progress: @escaping ProgressReport
    ) async throws(EngineError) {
        try await workers.run { [self] in
            guard let input = archive.takeFD() else { throw EngineError(.internal, "the archive's stream is gone") }
            let loaded = try images.load(from: input, check: archive.checkIsWhole) { message in
                if !quiet { progress(ProgressMessage(status: message.text)) }
            }
            for image in loaded {
                progress(ProgressMessage(stream: image.loadedText + "\n"))
                publishImage("load", id: image.id.description, name: image.reference ?? image.id.description)
            }
        }
    }

    public func saveImages(_ names: [String]) async throws(EngineError) -> ByteChannel {
        guard !names.isEmpty else { throw EngineError(.badParameter, "no image was named") }
        let found = try await workers.run { [images] in try names.map { try images.resolve($0).id } }
        do {
            var pair = try SocketPair()
            let output = FDBox(pair.takeFirst())
            let channel = ByteChannel(pair.takeSecond())
            workers.submit { [self] in
                // The archive's reader sees a failure as a stream that ends before its trailer.
                attempt("save \(names.joined(separator: " "))") { try images.save(names, to: output.fd) }
            }
            for (name, id) in zip(names, found) { publishImage("save", id: id.description, name: name) }
            return channel
        } catch {
            throw EngineError(wrapping: error)
        }
    }

    /// The name an import gets; the tag may come beside the repository or behind it.
    private func importName(_ request: ImageImport) throws(EngineError) -> ImageReference? {
        guard !request.repository.isEmpty else { return nil }
        guard request.tag.isEmpty else { return try ImageReference(name: request.repository, tag: request.tag) }
        let reference = try ImageReference(parsing: request.repository)
        guard reference.digest == nil else {
            throw EngineError(.badParameter, "cannot import digest reference")
        }
        return reference.withDefaultTag
    }

    public func importImage(
        _ request: ImageImport, progress: @escaping ProgressReport
    ) async throws(EngineError) {
        let tag = try importName(request)
        var config = ContainerConfig()
        try ImageChanges.apply(request.changes, to: &config)
        let finalConfig = config
        let (channel, origin) = try source(of: request, progress)
        let id = try await workers.run { [self] in
            guard let input = channel.takeFD() else { throw EngineError(.internal, "the archive's stream is gone") }
            do throws(EngineError) {
                return try images.importTar(
                    from: input, message: request.message.isEmpty ? "Imported from \(origin)" : request.message,
                    config: finalConfig, platform: request.platform, tag: tag, check: channel.checkIsWhole
                ).id.description
            } catch {
                // Why there was no more of it says more than that there was no more.
                try channel.checkIsWhole()
                throw error
            }
        }
        progress(ProgressMessage(status: id))
        publishImage("import", id: id, name: tag?.familiar ?? id)
    }
}

extension ByteChannel {
    /// Errors: `badParameter` when the client left in the middle.
    fileprivate func checkIsWhole() throws(EngineError) {
        if let reason = cutReason { throw EngineError(.badParameter, reason) }
    }
}
