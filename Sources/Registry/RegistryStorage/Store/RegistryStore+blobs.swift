internal import OrderedJSON
public import Primitives

extension RegistryStore {
    /// A blob of a repository. Errors: `BLOB_UNKNOWN` when the repository doesn't have it, though another may.
    public func blob(_ digest: Digest, in name: RepositoryName) async throws(RegistryError) -> any StoredContent {
        let unknown = RegistryError(.blobUnknown, detail: ["digest": .string(digest.description)])
        let isKnown = try await storing { () async throws(EngineError) in
            // A manifest is a blob too: distribution links it among the revisions only, and serves it here all the same.
            if try await isLinked(Layout.layer(name, digest)) { return true }
            return try await isLinked(Layout.revision(name, digest))
        }
        guard isKnown else { throw unknown }
        do { return try await driver.open(Layout.blobData(digest)) } catch {
            throw error.kind == .notFound ? unknown : RegistryError(error)
        }
    }

    /// Whether a repository has a blob, and the storage its bytes.
    func hasBlob(_ digest: Digest, in name: RepositoryName) async throws(EngineError) -> Bool {
        guard try await isLinked(Layout.layer(name, digest)) else { return false }
        return try await driver.exists(Layout.blobData(digest))
    }

    /// Makes a blob of one repository one of another's; false when the first doesn't have it.
    public func mount(
        _ digest: Digest, from source: RepositoryName, to name: RepositoryName
    ) async throws(RegistryError) -> Bool {
        try await storing { () async throws(EngineError) in
            try await driver.holding { () async throws(EngineError) in
                guard try await hasBlob(digest, in: source) else { return false }
                try await putLink(digest, at: Layout.layer(name, digest).appending(Layout.link))
                return true
            }
        }
    }

    /// Takes a blob from a repository; its bytes go with a garbage collection. Errors: `BLOB_UNKNOWN`.
    public func deleteBlob(_ digest: Digest, in name: RepositoryName) async throws(RegistryError) {
        let unknown = RegistryError(.blobUnknown, detail: ["digest": .string(digest.description)])
        let isKnown = try await storing { () async throws(EngineError) in try await hasBlob(digest, in: name) }
        guard isKnown else { throw unknown }
        try await storing { () async throws(EngineError) in try await driver.removeIfAny(Layout.layer(name, digest)) }
    }
}
