public import APIModel
internal import ImageStore
internal import LinuxSystem
public import Primitives
internal import Synchronization

/// Images that builds have made and whose clients are about to fetch them.
final class BuildResults: Sendable {
    private let held = Mutex<[Digest: [HeldImage]]>([:])

    func add(_ image: HeldImage) { held.withLock { $0[image.image.id, default: []].append(image) } }

    func remove(_ image: HeldImage) {
        held.withLock { held in
            held[image.image.id]?.removeLast()
            if held[image.image.id]?.isEmpty == true { held[image.image.id] = nil }
        }
    }

    /// The image, held once more by who asks: whoever offers it may let it go at any moment. Nil when nobody offers it.
    func take(_ id: Digest, _ images: ImageStore) -> HeldImage? {
        held.withLock { held in
            guard let image = held[id]?.last else { return nil }
            images.holdAgain(image)
            return image
        }
    }
}

extension Engine {
    public func buildResult(_ request: BuildResultRequest) async throws(EngineError) -> ByteChannel {
        guard let id = try? Digest(parsing: request.id), let image = results.take(id, images) else {
            throw EngineError(.notFound, "no build has just made \(request.id)")
        }
        do {
            var pair = try SocketPair(buffer: SocketPair.archiveBytes)
            let output = FDBox(pair.takeFirst())
            let channel = ByteChannel(pair.takeSecond())
            try transfers.submit { [self] in
                defer { images.letGo(image) }
                // The archive's reader sees a failure as a stream that ends before its trailer.
                attempt("hand over \(id)") { try write(image, request, to: output) }
            }
            return channel
        } catch {
            workers.submit { [images] in images.letGo(image) }
            throw EngineError(wrapping: error)
        }
    }

    private func write(_ image: HeldImage, _ request: BuildResultRequest, to output: FDBox) throws(EngineError) {
        switch request.form {
        case .tar: try images.saveTree(image, to: output.fd)
        case .oci: try images.saveLayout(image, as: request.names, to: output.fd)
        case .docker: try images.save(image, as: request.names, to: output.fd)
        }
    }
}
