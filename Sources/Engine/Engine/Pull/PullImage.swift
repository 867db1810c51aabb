public import APIModel
internal import ImageModel
internal import ImageStore
public import Primitives
internal import RegistryClient

extension Engine {
    /// By tag, by digest, or every tag of a repository. The first message comes when there is a manifest, so that what is not
    /// there is an answer with a status.
    public func pullImage(
        _ request: ImagePull, progress: @escaping ProgressReport
    ) async throws(EngineError) {
        let (reference, isEveryTag) = try Self.reference(of: request)
        if try await workers.run({ [self] in try loadEmbedded(reference) }) {
            let text = "Status: Loaded the image that comes with the engine for \(reference.repository):latest"
            return progress(ProgressMessage(status: text))
        }
        let platform = try request.platform.isEmpty ? nil : Platform(parsing: request.platform)
        let credentials = RegistryCredentials(request.authorization)
        do {
            try await registry.withSource(reference, credentials: credentials) { source in
                let pull = TagPull(engine: self, source: source, platform: platform, report: progress)
                if isEveryTag {
                    try await pullEveryTag(of: reference, from: source, pull)
                } else {
                    let isNew = try await pull.run(reference)
                    pull.sayStatus(reference.familiar, isNew: isNew)
                }
            }
        } catch {
            throw PullFailure.of(error, reference)
        }
    }

    private func pullEveryTag(of reference: ImageReference, from source: any ImageSource, _ pull: TagPull) async throws
    {
        let tags = try await source.tags()
        guard !tags.isEmpty else {
            throw EngineError(.notFound, "no tags to pull for \(reference.repository)")
        }
        var isNew = false
        for tag in tags { if try await pull.run(reference.with(tag: tag)) { isNew = true } }
        pull.sayStatus(reference.repository, isNew: isNew)
    }

    /// The tag may come beside the name or behind it, and may be a digest. Errors: `badParameter`.
    private static func reference(of request: ImagePull) throws(EngineError) -> (ImageReference, isEveryTag: Bool) {
        var reference = try ImageReference(parsing: request.name)
        if request.tag.contains(":") {
            reference = reference.with(digest: try Digest(parsing: request.tag))
        } else if !request.tag.isEmpty {
            guard ImageReference.isTag(request.tag) else {
                throw EngineError(.badParameter, "invalid tag format")
            }
            reference = reference.with(tag: request.tag)
        }
        reference = try reference.refusingReserved()
        return (reference, reference.tag == nil && reference.digest == nil)
    }
}

extension RegistryCredentials {
    /// Of a request that may name nobody.
    init(_ authorization: RegistryAuthorization?) {
        self.init(
            username: authorization?.username ?? "", password: authorization?.password ?? "",
            identityToken: authorization?.identityToken ?? "", registryToken: authorization?.registryToken ?? "")
    }
}

extension RegistryConfiguration {
    init(_ configuration: EngineConfiguration) {
        self.init(userAgent: "docker/" + configuration.version.version)
        mirrors = configuration.registryMirrors
        insecure = configuration.insecureRegistries
    }
}
