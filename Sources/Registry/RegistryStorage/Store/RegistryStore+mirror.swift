public import OrderedJSON
public import Primitives

/// What a mirror keeps of another registry.
extension RegistryStore {
    /// Takes in a manifest of the other registry; what it names may come later or never. Errors: `MANIFEST_INVALID`,
    /// `DIGEST_INVALID` for other bytes than the digest says.
    public func keepMirrored(
        _ bytes: [UInt8], _ digest: Digest, in name: RepositoryName
    ) async throws(RegistryError) -> StoredManifest {
        let document = try ManifestDocument(parsing: bytes)
        guard Digest.of(bytes, like: digest) == digest.hex else { throw RegistryError(.digestInvalid) }
        try await storing { () async throws(EngineError) in
            try await driver.holding { () async throws(EngineError) in
                try await keep(bytes, digest, [], in: name)
            }
        }
        return StoredManifest(digest: digest, mediaType: document.mediaType, bytes: bytes)
    }

    /// Notes where the other registry's tag leads.
    public func keepMirroredTag(_ tag: String, _ digest: Digest, in name: RepositoryName) async throws(RegistryError) {
        try await storing { () async throws(EngineError) in
            guard try await link(Layout.current(name, tag)) != digest else { return }
            try await putLink(digest, at: Layout.index(name, tag, digest))
            try await putLink(digest, at: Layout.current(name, tag))
        }
    }

    /// The bytes of an upload so far, and those that come: a file of this machine grows under who has opened it.
    public func uploadContent(_ id: UploadID, in name: RepositoryName) async throws(RegistryError) -> any StoredContent
    {
        try await storing { () async throws(EngineError) in try await driver.open(Layout.uploadData(name, id)) }
    }

    /// Takes away what was mirrored longer ago; how many links. The bytes go with a garbage collection.
    public func expireMirrored(after lifetime: Duration) async throws(RegistryError) -> Int {
        let now = Timestamp.now()
        var count = 0
        for name in try await allRepositories() {
            count += try await storing { () async throws(EngineError) in
                var gone = 0
                for folder in [Layout.revisions(name), Layout.layers(name)] {
                    for digest in try await Layout.digests(in: folder, driver) {
                        let path = folder.appending(digest.algorithm, digest.hex)
                        guard try await isOlder(path.appending(Layout.link), lifetime, now) else { continue }
                        try await driver.removeIfAny(path)
                        gone += 1
                    }
                }
                return gone
            }
        }
        return count
    }

    private func isOlder(_ path: StoragePath, _ age: Duration, _ now: Timestamp) async throws(EngineError) -> Bool {
        do { return now.since(try await driver.entry(path).modified) > age } catch {
            if error.kind == .notFound { return false }
            throw error
        }
    }
}

extension Referrer {
    /// Reads what another registry's list says; nil for what is no descriptor.
    public init?(descriptor: JSONValue, subject: Digest) {
        guard let digest = descriptor["digest"]?.stringValue.flatMap({ try? Digest(parsing: $0) }),
            let mediaType = descriptor["mediaType"]?.stringValue, let size = descriptor["size"]?.integerValue
        else { return nil }
        self.init(
            digest: digest, mediaType: mediaType, size: size,
            artifactType: descriptor["artifactType"]?.stringValue,
            annotations: descriptor["annotations"]?.objectValue, subject: subject)
    }
}
