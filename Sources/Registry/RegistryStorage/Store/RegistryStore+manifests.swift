internal import OrderedJSON
public import Primitives

/// A manifest as it is served.
public struct StoredManifest: Sendable, Hashable {
    public let digest: Digest
    public let mediaType: String
    public let bytes: [UInt8]

    public init(digest: Digest, mediaType: String, bytes: [UInt8]) {
        self.digest = digest
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

extension RegistryStore {
    /// What a tag or digest names. Errors: `MANIFEST_UNKNOWN`.
    public func manifest(
        _ reference: ManifestReference, in name: RepositoryName
    ) async throws(RegistryError) -> StoredManifest {
        let digest = try await resolve(reference, in: name)
        let isKnown = try await storing { () async throws(EngineError) in
            try await isLinked(Layout.revision(name, digest))
        }
        guard isKnown else { throw Self.unknown(reference, name) }
        if let cached = manifests?[digest] { return cached }
        guard let bytes = try await payload(digest) else { throw Self.unknown(reference, name) }
        let manifest = StoredManifest(
            digest: digest, mediaType: try ManifestDocument(parsing: bytes).mediaType, bytes: bytes)
        manifests?.keep(manifest)
        return manifest
    }

    /// The digest that a reference stands for; of a digest, itself. Errors: `MANIFEST_UNKNOWN`.
    public func resolve(
        _ reference: ManifestReference, in name: RepositoryName
    ) async throws(RegistryError) -> Digest {
        switch reference {
        case .digest(let digest): return digest
        case .tag(let tag):
            let found = try await storing { () async throws(EngineError) in try await link(Layout.current(name, tag)) }
            guard let found else { throw Self.unknown(reference, name) }
            return found
        }
    }

    /// Nil when the storage hasn't got it.
    func payload(_ digest: Digest) async throws(RegistryError) -> [UInt8]? {
        do { return try await driver.content(Layout.blobData(digest), limit: ManifestDocument.maximumSize) } catch {
            if error.kind == .notFound { return nil }
            throw RegistryError(error)
        }
    }

    /// Takes a manifest in under a tag or its digest, and under more tags.
    ///
    /// Errors: `MANIFEST_INVALID`, `DIGEST_INVALID` when the reference is another digest, `MANIFEST_BLOB_UNKNOWN` for what
    /// it names and the repository hasn't got; an index may name blobs. A subject need not be there (OCI distribution-spec 1.1).
    public func putManifest(
        _ bytes: [UInt8], as reference: ManifestReference, contentType: String?, tags: [String] = [],
        in name: RepositoryName
    ) async throws(RegistryError) -> (digest: Digest, document: ManifestDocument) {
        let document = try ManifestDocument(parsing: bytes, contentType: contentType)
        var tags = tags
        let digest: Digest
        switch reference {
        case .tag(let tag):
            digest = Digest.sha256(of: bytes)
            tags.append(tag)
        case .digest(let expected):
            guard Digest.of(bytes, like: expected) == expected.hex else {
                throw RegistryError(.digestInvalid, detail: ["digest": .string(expected.description)])
            }
            digest = expected
        }
        let absent = try await storing { () async throws(EngineError) in
            try await driver.holding { () async throws(EngineError) in
                let absent = try await missing(of: document, in: name)
                if absent == nil { try await keep(bytes, digest, tags, in: name) }
                return absent
            }
        }
        if let absent {
            throw RegistryError(.manifestBlobUnknown, detail: ["digest": .string(absent.description)])
        }
        return (digest, document)
    }

    /// The first of what a manifest names that the repository hasn't got.
    private func missing(of document: ManifestDocument, in name: RepositoryName) async throws(EngineError) -> Digest? {
        for digest in document.blobs where try await !hasBlob(digest, in: name) { return digest }
        for digest in document.manifests {
            // BuildKit's caches are indexes of blobs, and distribution takes them.
            if try await hasManifest(digest, in: name) { continue }
            guard try await hasBlob(digest, in: name) else { return digest }
        }
        return nil
    }

    private func hasManifest(_ digest: Digest, in name: RepositoryName) async throws(EngineError) -> Bool {
        guard try await isLinked(Layout.revision(name, digest)) else { return false }
        return try await driver.exists(Layout.blobData(digest))
    }

    /// Bytes, then the revision, then what leads to it: each step is whole without the next.
    func keep(
        _ bytes: [UInt8], _ digest: Digest, _ tags: [String], in name: RepositoryName
    ) async throws(EngineError) {
        let data = Layout.blobData(digest)
        if try await sizeIfAny(data) != Int64(bytes.count) { try await driver.put(bytes, at: data) }
        try await putLink(digest, at: Layout.revision(name, digest).appending(Layout.link))
        for tag in tags {
            try await putLink(digest, at: Layout.index(name, tag, digest))
            try await putLink(digest, at: Layout.current(name, tag))
        }
    }

    /// Takes a tag, or a manifest with all its tags, from a repository; the tags that went. Errors: `MANIFEST_UNKNOWN`.
    public func deleteManifest(
        _ reference: ManifestReference, in name: RepositoryName
    ) async throws(RegistryError) -> [String] {
        let digest = try await resolve(reference, in: name)
        switch reference {
        case .tag(let tag):
            try await storing { () async throws(EngineError) in try await removeTag(tag, in: name) }
            return [tag]
        case .digest:
            return try await storing(missing: .manifestUnknown) { () async throws(EngineError) in
                try await remove(digest, in: name)
            }
        }
    }

    private func remove(_ digest: Digest, in name: RepositoryName) async throws(EngineError) -> [String] {
        _ = try await driver.entry(Layout.revision(name, digest).appending(Layout.link))
        var gone: [String] = []
        for tag in try await driver.namesIfAny(in: Layout.tags(name)) where ImageReference.isTag(tag) {
            guard try await link(Layout.current(name, tag)) == digest else { continue }
            try await removeTag(tag, in: name)
            gone.append(tag)
        }
        try await driver.removeIfAny(Layout.revision(name, digest))
        return gone
    }

    /// What makes it a tag goes first.
    private func removeTag(_ tag: String, in name: RepositoryName) async throws(EngineError) {
        try await driver.removeIfAny(Layout.current(name, tag))
        try await driver.removeIfAny(Layout.tag(name, tag))
    }

    private static func unknown(_ reference: ManifestReference, _ name: RepositoryName) -> RegistryError {
        switch reference {
        case .tag(let tag):
            RegistryError(.manifestUnknown, detail: ["name": .string(name.description), "tag": .string(tag)])
        case .digest(let digest):
            RegistryError(
                .manifestUnknown, detail: ["name": .string(name.description), "digest": .string(digest.description)])
        }
    }
}
