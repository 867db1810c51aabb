internal import AsyncHTTPClient
public import ImageModel
internal import NIOHTTP1

extension RemoteRepository {
    /// A small answer of a registry: whole, as it was sent.
    public struct Document: Sendable {
        public let bytes: [UInt8]
        /// What the registry says the bytes' digest is (`Docker-Content-Digest`); nobody has checked it.
        public let digest: String?
        /// Whether the registry has another page behind this one (`Link`).
        public let hasMore: Bool
    }

    /// What is at an address below the repository's: `manifests/TAG`, `tags/list`. With `headOnly` there are no bytes.
    /// One try: who asks knows whether another is worth the wait.
    ///
    /// Errors: `refused` with what the registry says, `unreachable`, `invalid` for more than 4 MiB.
    public func document(
        _ tail: String, query: [(String, String)] = [], accept: [String] = [], headOnly: Bool = false
    ) async throws(RegistryError) -> Document {
        let url = query.reduce(url("\(path)/\(tail)")) { $0.adding($1.0, $1.1) }
        let answer = try await send(
            headOnly ? .HEAD : .GET, url, accept.map { ("Accept", $0) }, soon: true)
        guard answer.isSuccess else { throw await answer.failure() }
        let bytes = headOnly ? [] : try await answer.collect(limit: FetchedManifest.maximumSize, "\(path)/\(tail)")
        if headOnly { await answer.drop() }
        return Document(
            bytes: bytes, digest: answer.header("docker-content-digest"), hasMore: answer.header("link") != nil)
    }
}
