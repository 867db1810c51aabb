public import OrderedJSON
public import Primitives
internal import Synchronization

/// A manifest that points to another (OCI distribution-spec 1.1, "Listing Referrers").
public struct Referrer: Sendable, Hashable {
    public let digest: Digest
    public let mediaType: String
    public let size: Int
    public let artifactType: String?
    public let annotations: JSONObject?
    let subject: Digest

    /// As a descriptor of the answer's index.
    public var descriptor: JSONValue {
        var object: JSONObject = [
            "mediaType": .string(mediaType), "digest": .string(digest.description), "size": .integer(Int64(size)),
        ]
        if let artifactType { object["artifactType"] = .string(artifactType) }
        if let annotations, !annotations.isEmpty { object["annotations"] = .object(annotations) }
        return .object(object)
    }
}

/// What subjects manifests have, by digest of the manifest. A digest's document never changes.
final class SubjectCache: Sendable {
    static let limit = 50_000
    private let known = Mutex<[Digest: Referrer?]>([:])

    subscript(digest: Digest) -> Referrer?? { known.withLock { $0[digest] } }

    func keep(_ referrer: Referrer?, for digest: Digest) {
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[digest] = .some(referrer)
        }
    }
}

extension RegistryStore {
    /// What points to `subject` in a repository, in order of digests; none for what isn't there.
    ///
    /// Found by looking at the repository's manifests, each once in a process: distribution's layout has no index of them,
    /// and one of our own would miss what another registry adds to the folder.
    public func referrers(of subject: Digest, in name: RepositoryName) async throws(RegistryError) -> [Referrer] {
        let revisions = try await storing { () async throws(EngineError) in
            try await Layout.digests(in: Layout.revisions(name), driver)
        }
        var found: [Referrer] = []
        for digest in revisions {
            if let referrer = try await referrer(digest), referrer.subject == subject,
                try await storing({ () async throws(EngineError) in try await isLinked(Layout.revision(name, digest)) })
            {
                found.append(referrer)
            }
        }
        return found
    }

    private func referrer(_ digest: Digest) async throws(RegistryError) -> Referrer? {
        if let known = subjects[digest] { return known }
        guard let bytes = try await payload(digest) else { return nil }
        // What isn't understood refers to nothing.
        let document = try? ManifestDocument(parsing: bytes)
        let referrer = document.flatMap { document in
            document.subject.map { subject in
                Referrer(
                    digest: digest, mediaType: document.mediaType, size: bytes.count,
                    artifactType: document.artifactType, annotations: document.annotations, subject: subject)
            }
        }
        subjects.keep(referrer, for: digest)
        return referrer
    }
}
