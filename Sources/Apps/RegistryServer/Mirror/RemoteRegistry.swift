internal import ImageModel
internal import Primitives
internal import RegistryClient
internal import RegistryStorage
internal import Synchronization

/// The registry behind a mirror, asked with the mirror's own credentials.
final class RemoteRegistry: Sendable {
    /// Tokens are kept with the repositories.
    private static let mostRepositories = 1000

    private let client: RegistryClient
    private let address: String
    private let credentials: RegistryCredentials
    private let repositories = Mutex<[RepositoryName: RemoteRepository]>([:])

    /// Errors: `badParameter` for what is no address of a registry.
    init(_ settings: ProxySettings) throws(EngineError) {
        client = try RegistryClient(userAgent: "martlet-registry")
        address = settings.remote
        credentials = RegistryCredentials(username: settings.username, password: settings.password)
        _ = try client.repository("probe", at: address, credentials: credentials)
    }

    func shutDown() async { await client.shutDown() }

    /// The remote is not there, or doesn't do its work; what it says itself is a `RegistryError`.
    struct Unreachable: Error {
        let reason: String
    }

    /// A small answer of the remote. Errors: `missing` for 404, `DENIED`, `TOOMANYREQUESTS`, `Unreachable`.
    func document(
        _ tail: String, of name: RepositoryName, query: [(String, String)] = [], accept: [String] = [],
        headOnly: Bool = false, missing: RegistryStorage.RegistryError.Code
    ) async throws -> RemoteRepository.Document {
        let repository = try repository(name)
        return try await asking(missing) {
            try await repository.document(tail, query: query, accept: accept, headOnly: headOnly)
        }
    }

    /// How long a blob is. Errors: as `document`.
    func size(of digest: Digest, in name: RepositoryName) async throws -> Int64 {
        let repository = try repository(name)
        let size = try await asking(.blobUnknown) { try await repository.size(of: digest) }
        guard let size else { throw RegistryStorage.RegistryError(.blobUnknown) }
        return size
    }

    /// Gives a blob's bytes, and goes on where it was when the connection breaks, some times. Errors: as `document`, and what
    /// `take` throws.
    func blob(
        _ digest: Digest, size: Int64, in name: RepositoryName,
        _ take: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let repository = try repository(name)
        let blob = OCIDescriptor(mediaType: nil, digest: digest, size: size)
        let position = Atomic<Int64>(0)
        try await asking(.blobUnknown) {
            try await Patience.run {
                try await repository.blob(blob, from: position.load(ordering: .relaxed)) { bytes in
                    try await take(bytes)
                    position.add(Int64(bytes.count), ordering: .relaxed)
                }
            }
        }
    }

    private func repository(_ name: RepositoryName) throws(EngineError) -> RemoteRepository {
        if let known = repositories.withLock({ $0[name] }) { return known }
        let made = try client.repository(name.description, at: address, credentials: credentials)
        return repositories.withLock { repositories in
            if let known = repositories[name] { return known }
            if repositories.count >= Self.mostRepositories { repositories = [:] }
            repositories[name] = made
            return made
        }
    }

    private func asking<Value: Sendable>(
        _ missing: RegistryStorage.RegistryError.Code, _ body: () async throws -> Value
    ) async throws -> Value {
        do { return try await body() } catch let error as ImageModel.RegistryError {
            switch error.status {
            case 404: throw RegistryStorage.RegistryError(missing)
            case 401, 403:
                throw RegistryStorage.RegistryError(.denied, "the remote registry denies access", cause: error)
            case 429: throw RegistryStorage.RegistryError(.tooManyRequests)
            default: throw Unreachable(reason: error.message)
            }
        }
    }
}
