internal import Logging
internal import NIOCore
internal import OrderedJSON
internal import Primitives
internal import RegistryClient
internal import RegistryStorage
internal import Synchronization

/// A pull-through cache: what the store hasn't got comes from the remote and stays. Tags are asked for each time; while the
/// remote can't be reached, what is there is served.
final class Mirror: PullContents {
    private static let accepted = [
        ManifestMediaType.image, ManifestMediaType.index, ManifestMediaType.dockerImage, ManifestMediaType.dockerList,
    ]

    private struct Key: Hashable {
        let name: RepositoryName
        let digest: Digest
    }

    private let store: RegistryStore
    private let remote: RemoteRegistry
    private let metrics: RegistryMetrics
    private let logger: Logger
    private let threads: StorageThreads
    private let fetches = Mutex<[Key: Task<any StoredContent, any Error>]>([:])

    init(
        store: RegistryStore, remote: RemoteRegistry, metrics: RegistryMetrics, logger: Logger, threads: StorageThreads
    ) {
        self.store = store
        self.remote = remote
        self.metrics = metrics
        self.logger = logger
        self.threads = threads
    }

    // MARK: Manifests

    func manifest(
        _ reference: ManifestReference, in name: RepositoryName
    ) async throws(RegistryError) -> StoredManifest {
        do {
            switch reference {
            case .digest(let digest): return try await manifest(digest, as: reference, in: name)
            case .tag:
                let digest = try await currentDigest(reference, name)
                return try await manifest(digest, as: reference, in: name)
            }
        } catch let error as RemoteRegistry.Unreachable {
            logger.warning("the remote can't be reached", metadata: ["err": "\(error.reason)"])
            do { return try await store.manifest(reference, in: name) } catch {
                throw error.code == .manifestUnknown ? Self.unavailable(error) : error
            }
        } catch let error as RegistryError {
            throw error
        } catch {
            throw Self.unavailable(error)
        }
    }

    private static func unavailable(_ cause: any Error) -> RegistryError {
        RegistryError(.unavailable, "the remote registry can't be reached", status: 503, cause: cause)
    }

    /// What the remote's tag leads to now.
    private func currentDigest(_ reference: ManifestReference, _ name: RepositoryName) async throws -> Digest {
        let path = "manifests/\(reference.text)"
        let head = try await remote.document(
            path, of: name, accept: Self.accepted, headOnly: true, missing: .manifestUnknown)
        if let text = head.digest { return try Digest(registry: text) }
        // Old registries don't say; the bytes do.
        let whole = try await remote.document(path, of: name, accept: Self.accepted, missing: .manifestUnknown)
        return .sha256(of: whole.bytes)
    }

    private func manifest(
        _ digest: Digest, as reference: ManifestReference, in name: RepositoryName
    ) async throws -> StoredManifest {
        if let known = try await known(digest, name) {
            metrics.mirrored(hit: true)
            if case .tag(let tag) = reference { try await store.keepMirroredTag(tag, digest, in: name) }
            return known
        }
        metrics.mirrored(hit: false)
        let answer = try await remote.document(
            "manifests/\(digest)", of: name, accept: Self.accepted, missing: .manifestUnknown)
        let kept = try await store.keepMirrored(answer.bytes, digest, in: name)
        if case .tag(let tag) = reference { try await store.keepMirroredTag(tag, digest, in: name) }
        return kept
    }

    private func known(_ digest: Digest, _ name: RepositoryName) async throws(RegistryError) -> StoredManifest? {
        do { return try await store.manifest(.digest(digest), in: name) } catch {
            if error.code == .manifestUnknown { return nil }
            throw error
        }
    }

    // MARK: Blobs

    func blob(_ digest: Digest, in name: RepositoryName) async throws(RegistryError) -> any StoredContent {
        do {
            let known = try await store.blob(digest, in: name)
            metrics.mirrored(hit: true)
            return known
        } catch {
            if error.code != .blobUnknown { throw error }
        }
        metrics.mirrored(hit: false)
        do { return try await fetch(Key(name: name, digest: digest)).value } catch {
            if let error = error as? RegistryError { throw error }
            throw Self.unavailable(error)
        }
    }

    /// One for all who ask for the same blob at the same time.
    private func fetch(_ key: Key) -> Task<any StoredContent, any Error> {
        fetches.withLock { fetches in
            if let running = fetches[key] { return running }
            // Goes on when who asked leaves: the next will want it too.
            let task = Task(executorPreference: threads) {
                do { return try await self.begin(key) } catch {
                    self.forget(key)
                    throw error
                }
            }
            fetches[key] = task
            return task
        }
    }

    private func forget(_ key: Key) { fetches.withLock { $0[key] = nil } }

    private func begin(_ key: Key) async throws -> any StoredContent {
        let size = try await remote.size(of: key.digest, in: key.name)
        let id = try await store.beginUpload(in: key.name)
        guard store.driver.showsUnfinished else {
            defer { forget(key) }
            try await take(key, size, as: id) { _ in }
            return try await store.blob(key.digest, in: key.name)
        }
        _ = try await store.append({ nil }, to: id, in: key.name, at: 0)
        let fetch = BlobFetch(size: size, file: try await store.uploadContent(id, in: key.name))
        // Ends with the blob, or its failure.
        Task(executorPreference: threads) {
            do throws(RegistryError) {
                try await self.take(key, size, as: id) { fetch.received($0) }
                fetch.ended(.success(()))
            } catch {
                fetch.ended(.failure(error))
            }
            self.forget(key)
        }
        return fetch
    }

    /// Brings a blob into an upload and makes it the repository's; says how many bytes more are written as they are.
    private func take(
        _ key: Key, _ size: Int64, as id: UploadID, _ received: @escaping (Int) -> Void
    ) async throws(RegistryError) {
        let (pieces, remote) = (PieceHandover(), remote)
        // Ends with the blob, or when nobody takes pieces any more.
        Task(executorPreference: threads) {
            do {
                try await remote.blob(key.digest, size: size, in: key.name) {
                    try await pieces.give(ByteBuffer(bytes: $0))
                }
                pieces.end()
            } catch {
                pieces.end(error)
            }
        }
        defer { pieces.end() }
        var taken = 0
        do {
            _ = try await store.finishUpload(
                {
                    // What came before is written when more is asked for.
                    if taken > 0 { received(taken) }
                    let piece = try await pieces.next()
                    taken = piece?.readableBytes ?? 0
                    return piece
                }, id, in: key.name, at: 0, as: key.digest)
        } catch {
            logger.warning("a blob did not come through", metadata: ["digest": "\(key.digest)", "err": "\(error)"])
            try? await store.cancelUpload(id, in: key.name)
            throw (error as? RegistryError) ?? Self.unavailable(error)
        }
    }

    // MARK: Lists

    /// The remote's, a page as it gives it; the store's own when it can't be reached.
    func tags(in name: RepositoryName, after last: String?, limit: Int?) async throws(RegistryError) -> Page {
        var query: [(String, String)] = []
        if let limit { query.append(("n", "\(limit)")) }
        if let last { query.append(("last", last)) }
        do {
            let answer = try await remote.document("tags/list", of: name, query: query, missing: .nameUnknown)
            let names = try JSONValue(parsing: answer.bytes)["tags"]?.arrayValue?.compactMap(\.stringValue) ?? []
            // They become parts of headers.
            return Page(names: names.filter(ImageReference.isTag), hasMore: answer.hasMore)
        } catch let error as RegistryError {
            throw error
        } catch {
            return try await store.tags(in: name, after: last, limit: limit)
        }
    }

    /// Of a remote that answers in pages, the first.
    func referrers(
        of digest: Digest, in name: RepositoryName, artifactType: String?, after last: Digest?
    ) async throws(RegistryError) -> ReferrerPage {
        do {
            let answer = try await remote.document("referrers/\(digest)", of: name, missing: .nameUnknown)
            let entries = try JSONValue(parsing: answer.bytes)["manifests"]?.arrayValue ?? []
            return ReferrerPage(
                entries.compactMap { Referrer(descriptor: $0, subject: digest) }, artifactType: artifactType,
                after: last)
        } catch {
            return try await store.referrers(of: digest, in: name, artifactType: artifactType, after: last)
        }
    }
}

extension ManifestReference {
    var text: String {
        switch self {
        case .tag(let tag): tag
        case .digest(let digest): digest.description
        }
    }
}
