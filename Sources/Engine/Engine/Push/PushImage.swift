public import APIModel
internal import ImageModel
internal import ImageStore
public import Primitives
internal import RegistryClient

extension Engine {
    /// One tag, or every tag that a repository has here.
    public func pushImage(
        _ request: ImagePush, progress: @escaping ProgressReport
    ) async throws(EngineError) {
        let reference = try Self.reference(of: request)
        let everyTag = try await workers.run { [images] in try images.tags(of: reference) }
        progress(ProgressMessage(status: "The push refers to repository [\(reference.canonicalRepository)]"))
        guard !everyTag.isEmpty else {
            throw EngineError(
                .notFound, "An image does not exist locally with the tag: \(reference.repository)")
        }
        let wanted = everyTag.filter { reference.tag == nil || $0.name.tag == reference.tag }
        guard !wanted.isEmpty else { throw EngineError(.notFound, "tag does not exist: \(reference.familiar)") }
        do {
            let credentials = RegistryCredentials(request.authorization)
            try await registry.withTarget(reference, credentials: credentials) { repository in
                for (name, image) in wanted {
                    let push = TagPush(engine: self, target: repository, format: request.format, report: progress)
                    try await push.run(name, image)
                }
            }
        } catch {
            throw PullFailure.plain(error)
        }
    }

    private static func reference(of request: ImagePush) throws(EngineError) -> ImageReference {
        let reference = try ImageReference(parsing: request.name)
        guard reference.digest == nil else { throw EngineError(.badParameter, "cannot push a digest reference") }
        if request.tag.isEmpty { return reference }
        guard ImageReference.isTag(request.tag) else { throw EngineError(.badParameter, "invalid tag format") }
        return reference.with(tag: request.tag)
    }
}
