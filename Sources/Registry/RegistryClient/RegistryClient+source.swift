public import ImageModel
public import Primitives

extension RegistryClient {
    /// Gives a repository to pull from to `body`. Mirrors are asked first; what one doesn't give, the next endpoint is asked
    /// for, the registry itself at last (`EndpointChain`). When it shows only in `body` that what came is wrong, `body` runs
    /// again, without the mirror that all began with. Errors: `RegistryError`, and what `body` throws.
    public func withSource<Value: Sendable>(
        _ reference: ImageReference, credentials: RegistryCredentials,
        _ body: (any ImageSource) async throws -> Value
    ) async throws -> Value {
        let all = await repositories(reference, credentials, .pull)
        var last: any Error = Self.nobody(reference)
        for (place, repository) in all.enumerated() {
            do throws(RegistryError) { try await repository.greet() } catch {
                last = error
                continue
            }
            remember(repository.endpoint, for: reference.domain)
            let isMirror = repository.endpoint.isMirror
            do {
                return try await body(isMirror ? EndpointChain(Array(all[place...])) : repository)
            } catch  where isMirror && !Task.isCancelled && Self.isOfWhatCame(error) {
                last = error
            }
        }
        throw last
    }

    /// Whether another endpoint may do better: what came is the reason, such as a manifest whose blobs nobody has, and neither
    /// this host nor that nobody can be reached.
    static func isOfWhatCame(_ error: any Error) -> Bool {
        let failure = error as? EngineError
        if let error = (failure?.cause ?? error) as? RegistryError { return !error.isTemporary }
        return failure?.kind == .badParameter || failure?.kind == .notFound
    }
}
