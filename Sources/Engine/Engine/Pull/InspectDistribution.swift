public import APIModel
internal import ImageModel
public import Primitives
internal import RegistryClient

extension Engine {
    /// Errors: those of a pull.
    public func inspectDistribution(
        _ name: String, _ authorization: RegistryAuthorization?
    ) async throws(EngineError) -> DistributionInspect {
        let reference = try ImageReference(parsing: name).withDefaultTag
        do {
            return try await registry.withSource(
                reference, credentials: RegistryCredentials(authorization)
            ) { source in
                let fetched = try await source.manifest(reference.digest?.description ?? reference.tag ?? "")
                return DistributionInspect(
                    descriptor: .init(
                        mediaType: fetched.mediaType, digest: fetched.digest, size: Int64(fetched.bytes.count)),
                    platforms: try await platforms(of: fetched, in: source))
            }
        } catch {
            throw PullFailure.of(error, reference)
        }
    }

    /// Of an index those it names, of an image the one in its config.
    private func platforms(
        of fetched: FetchedManifest, in source: any ImageSource
    ) async throws -> [DistributionInspect.Target] {
        switch try ImageDocument(fetched) {
        case .index(let index):
            return index.manifests.compactMap(\.platform).map {
                .init(architecture: $0.architecture ?? "", os: $0.os ?? "", variant: $0.variant)
            }
        case .schema1: return []
        case .image(let manifest):
            let config = try await TagPull(engine: self, source: source, platform: nil, report: { _ in }).config(
                of: manifest)
            return [.init(architecture: config.architecture, os: config.os, variant: config.variant)]
        }
    }
}
