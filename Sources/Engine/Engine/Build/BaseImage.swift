internal import APIModel
internal import ImageBuilder
internal import ImageModel
internal import ImageStore
internal import Primitives

extension BuildSession {
    /// An image that is here, or comes with the engine, or is in its registry. With `--pull` the registry is asked first.
    func base(_ name: String, platform: Platform?, _ step: StepReport) async throws(EngineError) -> BuiltImage {
        if !request.pulls || Self.isID(name), let image = try await local(name, platform) { return image }
        let reference = try ImageReference(parsing: name).withDefaultTag
        let pull = ImagePull(
            name: reference.familiar, platform: platform?.description ?? "",
            authorization: request.authorizations.first { $0.key.isRegistry(reference.domain) }?.value)
        try await engine.pullImage(pull) { step(.transfer($0)) }
        guard let image = try await local(reference.familiar, nil) else {
            throw EngineError(.notFound, "No such image: \(reference.familiar)")
        }
        return image
    }

    /// Nil when it isn't here, or only for another platform.
    private func local(_ name: String, _ platform: Platform?) async throws(EngineError) -> BuiltImage? {
        try await engine.workers.run { [engine, kept] in
            let image: Image
            do throws(EngineError) { image = try engine.resolveForCreate(name) } catch {
                guard error.kind == .notFound else { throw error }
                return nil
            }
            if let platform, !image.config.platform.serves(platform) { return nil }
            guard try engine.images.keep(image.id, in: kept) else { return nil }
            return BuiltImage(
                id: image.id.description, config: image.containerConfig ?? ContainerConfig(),
                platform: image.config.platform, steps: image.config.history.count,
                size: image.config.bytes.count)
        }
    }

    private static func isID(_ name: String) -> Bool {
        Digest(sha256Hex: name.hasPrefix("sha256:") ? String(name.dropFirst(7)) : name) != nil
    }
}

extension String {
    /// Whether a key of `X-Registry-Config` names a registry: `host:5000`, or Docker Hub by its old address.
    fileprivate func isRegistry(_ domain: String) -> Bool {
        var name = self[...]
        for scheme in ["https://", "http://"] where name.hasPrefix(scheme) { name = name.dropFirst(scheme.count) }
        let host = name.prefix { $0 != "/" }
        return host == domain || (domain == ImageReference.defaultDomain && host == "index.docker.io")
    }
}
