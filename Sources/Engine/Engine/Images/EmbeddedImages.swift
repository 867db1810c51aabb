internal import ImageStore
internal import LinuxSystem
internal import Primitives

extension Engine {
    /// An image by name for a new container; those that come with the engine are loaded when they are first asked for.
    func resolveForCreate(_ name: String) throws(EngineError) -> Image {
        guard !name.isEmpty else { throw EngineError(.badParameter, "no image specified") }
        do {
            return try images.resolve(name)
        } catch  where error.kind == .notFound {
            guard let reference = try? ImageReference(parsing: name), try loadEmbedded(reference) else { throw error }
            return try images.resolve(name)
        }
    }

    /// Loads `<name>.tar` from the folder of embedded images. False when there is none. Blocking.
    func loadEmbedded(_ reference: ImageReference) throws(EngineError) -> Bool {
        let name = reference.repository
        guard reference.tag ?? "latest" == "latest", reference.digest == nil, !name.contains("/"), !name.contains("..")
        else { return false }
        let path = configuration.embeddedImagesPath + "/" + name + ".tar"
        guard HostFile.exists(path) else { return false }
        do {
            let archive = try HostFile.openForReading(path)
            _ = try images.load(from: archive) { _ in }
            return true
        } catch {
            throw EngineError(wrapping: error)
        }
    }
}
