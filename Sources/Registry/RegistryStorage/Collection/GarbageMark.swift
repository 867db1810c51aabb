internal import OrderedJSON
internal import Primitives

/// What manifests refer to. Run again, it knows what it has read already: a digest's document never changes.
struct GarbageMark {
    /// What a collection has to know of a manifest.
    private struct References {
        var blobs: [Digest]
        var manifests: [Digest]
        var subject: Digest?
    }

    private let store: RegistryStore
    private let deletesUntagged: Bool
    private let grace: Duration
    private var known: [Digest: References] = [:]

    private(set) var repositories: [RepositoryName] = []
    private(set) var marked: Set<Digest> = []
    /// Blobs that were pushed or mounted lately; they wait for their manifest.
    private(set) var young: Set<Digest> = []
    private(set) var keptManifests = 0
    /// Manifests that go, by repository.
    private(set) var untagged: [RepositoryName: Set<Digest>] = [:]

    private var driver: any StorageDriver { store.driver }

    init(store: RegistryStore, deletesUntagged: Bool, grace: Duration) {
        self.store = store
        self.deletesUntagged = deletesUntagged
        self.grace = grace
    }

    mutating func run() async throws(RegistryError) {
        repositories = try await store.allRepositories()
        (marked, young) = ([], [])
        keptManifests = 0
        untagged = [:]
        for name in repositories { try await mark(name) }
    }

    private mutating func mark(_ name: RepositoryName) async throws(RegistryError) {
        let driver = driver
        let revisions = try await storing { () async throws(EngineError) in
            try await Layout.digests(in: Layout.revisions(name), driver)
        }
        for digest in revisions where known[digest] == nil { known[digest] = try await read(digest, name) }
        let kept = deletesUntagged ? try await reachable(revisions, name) : Set(revisions)
        for digest in kept {
            keptManifests += 1
            marked.insert(digest)
            marked.formUnion(known[digest]?.blobs ?? [])
            marked.formUnion(known[digest]?.manifests ?? [])
            try await markSignatures(digest, name)
        }
        let gone = Set(revisions).subtracting(kept)
        if !gone.isEmpty { untagged[name] = gone }
        if grace > .zero { try await markYoungLayers(name) }
    }

    /// Nil for one whose bytes are gone: it refers to nothing any more.
    private func read(_ digest: Digest, _ name: RepositoryName) async throws(RegistryError) -> References? {
        guard let bytes = try await store.payload(digest) else { return nil }
        if let old = Self.schemaOne(bytes) { return References(blobs: old, manifests: []) }
        do {
            let document = try ManifestDocument(parsing: bytes)
            return References(blobs: document.blobs, manifests: document.manifests, subject: document.subject)
        } catch {
            throw RegistryError(
                .manifestInvalid, "nothing is removed: the manifest \(name)@\(digest) can't be read", cause: error)
        }
    }

    /// The layers of a manifest of schema 1, which another registry may have taken.
    private static func schemaOne(_ bytes: [UInt8]) -> [Digest]? {
        guard let document = try? JSONValue(parsing: bytes), document["schemaVersion"]?.integerValue == 1 else {
            return nil
        }
        return (document["fsLayers"]?.arrayValue ?? []).compactMap {
            $0["blobSum"]?.stringValue.flatMap { try? Digest(parsing: $0) }
        }
    }

    /// What tags lead to, through indexes, and what refers to that; and what is too young to tell.
    private func reachable(_ revisions: [Digest], _ name: RepositoryName) async throws(RegistryError) -> Set<Digest> {
        let all = Set(revisions)
        var referrers: [Digest: [Digest]] = [:]
        for digest in revisions {
            if let subject = known[digest]?.subject { referrers[subject, default: []].append(digest) }
        }
        var kept: Set<Digest> = []
        var todo = try await roots(revisions, name)
        while let digest = todo.popLast() {
            guard all.contains(digest), kept.insert(digest).inserted else { continue }
            todo += known[digest]?.manifests ?? []
            todo += referrers[digest] ?? []
        }
        return kept
    }

    private func roots(_ revisions: [Digest], _ name: RepositoryName) async throws(RegistryError) -> [Digest] {
        let store = store
        let (driver, grace) = (driver, grace)
        return try await storing { () async throws(EngineError) in
            var found: [Digest] = []
            for tag in try await driver.namesIfAny(in: Layout.tags(name)) where ImageReference.isTag(tag) {
                if let digest = try await store.link(Layout.current(name, tag)) { found.append(digest) }
            }
            guard grace > .zero else { return found }
            for digest in revisions {
                let link = Layout.revision(name, digest).appending(Layout.link)
                if try await Self.isYoung(link, driver, grace) { found.append(digest) }
            }
            return found
        }
    }

    /// Signatures of schema 1 are blobs of their own.
    private mutating func markSignatures(_ digest: Digest, _ name: RepositoryName) async throws(RegistryError) {
        let driver = driver
        marked.formUnion(
            try await storing { () async throws(EngineError) in
                try await Layout.digests(in: Layout.revision(name, digest).appending("signatures"), driver)
            })
    }

    private mutating func markYoungLayers(_ name: RepositoryName) async throws(RegistryError) {
        let (driver, grace) = (driver, grace)
        young.formUnion(
            try await storing { () async throws(EngineError) in
                var young: [Digest] = []
                for digest in try await Layout.digests(in: Layout.layers(name), driver) {
                    let link = Layout.layer(name, digest).appending(Layout.link)
                    if try await Self.isYoung(link, driver, grace) { young.append(digest) }
                }
                return young
            })
    }

    private static func isYoung(
        _ path: StoragePath, _ driver: any StorageDriver, _ grace: Duration
    ) async throws(EngineError) -> Bool {
        do { return Timestamp.now().since(try await driver.entry(path).modified) < grace } catch {
            if error.kind == .notFound { return false }
            throw error
        }
    }
}
