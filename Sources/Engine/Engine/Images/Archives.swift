public import APIModel
internal import ImageBuilder
internal import ImageStore
internal import LinuxSystem
public import Primitives

extension Engine {
    public func loadImages(
        from archive: ByteChannel, for platform: Platform?, quiet: Bool, progress: @escaping ProgressReport
    ) async throws(EngineError) {
        try await transfers.run { [self] in
            let loaded = try archive.read { input throws(EngineError) in
                try images.load(from: input, for: platform, check: archive.checkIsWhole) { message in
                    if case .renaming = message {
                        // Quiet or not: a name is gone.
                        progress(ProgressMessage(stream: message.text + "\n"))
                    } else if !quiet {
                        progress(ProgressMessage(status: message.text))
                    }
                }
            }
            for image in loaded {
                progress(ProgressMessage(stream: image.loadedText + "\n"))
                publishImage("load", id: image.id.description, name: image.reference ?? image.id.description)
            }
        }
    }

    public func saveImages(_ names: [String]) async throws(EngineError) -> ByteChannel {
        guard !names.isEmpty else { throw EngineError(.badParameter, "no image was named") }
        let found = try await workers.run { [images] in try images.imagesToSave(names) }
        do {
            var pair = try SocketPair(buffer: SocketPair.archiveBytes)
            let output = FDBox(pair.takeFirst())
            let channel = ByteChannel(pair.takeSecond())
            try transfers.submit { [self] in
                // The archive's reader sees a failure as a stream that ends before its trailer.
                attempt("save \(names.joined(separator: " "))") { try images.save(names, to: output.fd) }
            }
            for image in found { publishImage("save", id: image.id.description, name: image.name) }
            return channel
        } catch {
            throw EngineError(wrapping: error)
        }
    }

    /// The name an import gets; the tag may come beside the repository or behind it.
    private func importName(_ request: ImageImport) throws(EngineError) -> ImageReference? {
        guard !request.repository.isEmpty else { return nil }
        guard request.tag.isEmpty else {
            return try ImageReference(name: request.repository, tag: request.tag).refusingReserved()
        }
        let reference = try ImageReference(parsing: request.repository).refusingReserved()
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
        let source = try ImportSource(request, progress, agent: "docker/" + configuration.version.version)
        let id: String
        do {
            id = try await withTaskCancellationHandler {
                try await unpack(source, request, finalConfig, tag)
            } onCancel: {
                source.cancel()
            }
        } catch {
            throw EngineError(wrapping: error)
        }
        progress(ProgressMessage(status: id))
        publishImage("import", id: id, name: tag?.familiar ?? id)
    }

    private func unpack(
        _ source: ImportSource, _ request: ImageImport, _ config: ContainerConfig, _ tag: ImageReference?
    ) async throws(EngineError) -> String {
        let message = request.message.isEmpty ? "Imported from \(source.origin)" : request.message
        return try await transfers.run { [self] in
            source.begin(on: downloads)
            return try source.archive.read { input throws(EngineError) in
                try images.importTar(
                    from: input, message: message, config: config, platform: request.platform, tag: tag,
                    check: source.archive.checkIsWhole
                ).id.description
            }
        }
    }
}
