internal import OrderedJSON
public import Primitives
internal import Synchronization

/// A manifest that points to another (OCI distribution-spec 1.1, "Listing Referrers").
public struct Referrer: Sendable, Hashable {
    public let digest: Digest
    public let artifactType: String?
    /// JSON, as the answer's index has it: with the manifest's annotations, so up to some megabytes.
    public let descriptor: [UInt8]
    let subject: Digest

    init(
        digest: Digest, mediaType: String, size: Int64, artifactType: String?, annotations: JSONObject?, subject: Digest
    ) {
        var object: JSONObject = [
            "mediaType": .string(mediaType), "digest": .string(digest.description), "size": .integer(size),
        ]
        if let artifactType { object["artifactType"] = .string(artifactType) }
        if let annotations, !annotations.isEmpty { object["annotations"] = .object(annotations) }
        self.digest = digest
        self.artifactType = artifactType
        descriptor = JSONValue.object(object).serialized()
        self.subject = subject
    }
}

/// A part of a list of referrers, and whether there is more behind it.
public struct ReferrerPage: Sendable, Hashable {
    /// In order of digests.
    public private(set) var entries: [Referrer] = []
    public private(set) var hasMore = false
    private var size = 0

    /// Bytes of descriptors; a single one may have more.
    static let limit = 4 << 20

    /// Those of `all` that are asked for.
    public init(_ all: [Referrer] = [], artifactType: String? = nil, after last: Digest? = nil) {
        for referrer in all.sorted(by: { $0.digest.description < $1.digest.description }) {
            guard last.map({ $0.description < referrer.digest.description }) ?? true,
                artifactType == nil || artifactType == referrer.artifactType
            else { continue }
            guard add(referrer) else { return }
        }
    }

    /// False when it belongs to the next page.
    mutating func add(_ referrer: Referrer) -> Bool {
        hasMore = !entries.isEmpty && size + referrer.descriptor.count > Self.limit
        guard !hasMore else { return false }
        entries.append(referrer)
        size += referrer.descriptor.count
        return true
    }
}

/// What subjects manifests have, by digest of the manifest. A digest's document never changes.
final class SubjectCache: Sendable {
    /// Of one manifest: nothing refers to nothing.
    struct Entry: Sendable {
        var subject: Digest?
        /// Nil when it is too large to be kept, or there is none.
        var referrer: Referrer?
    }

    private struct State {
        var known: [Digest: Entry] = [:]
        var size = 0
    }

    /// Bytes together, and of one referrer.
    static let limit = 16 << 20
    static let entryLimit = 16 << 10
    /// What an entry takes besides its referrer, about.
    private static let overhead = 512

    private let state = Mutex(State())

    /// Bytes in memory, about.
    var size: Int { state.withLock { $0.size } }

    subscript(digest: Digest) -> Entry? { state.withLock { $0.known[digest] } }

    func keep(_ referrer: Referrer?, for digest: Digest) {
        let isLarge = referrer.map { $0.descriptor.count > Self.entryLimit } ?? false
        let entry = Entry(subject: referrer?.subject, referrer: isLarge ? nil : referrer)
        let size = Self.overhead + 2 * (entry.referrer?.descriptor.count ?? 0)
        state.withLock { state in
            if state.size + size > Self.limit { state = State() }
            if state.known.updateValue(entry, forKey: digest) == nil { state.size += size }
        }
    }
}

extension RegistryStore {
    /// What points to `subject` in a repository, of one type if one is given, behind a digest: as much of it as one answer
    /// takes. Nothing for what isn't there.
    ///
    /// Found by looking at the repository's manifests, each once in a process: distribution's layout has no index of them,
    /// and one of our own would miss what another registry adds to the folder.
    public func referrers(
        of subject: Digest, in name: RepositoryName, artifactType: String? = nil, after last: Digest? = nil
    ) async throws(RegistryError) -> ReferrerPage {
        let revisions = try await storing { () async throws(EngineError) in
            try await Layout.digests(in: Layout.revisions(name), driver)
        }
        let sorted = revisions.map { (text: $0.description, digest: $0) }.sorted { $0.text < $1.text }
        var page = ReferrerPage()
        for (text, digest) in sorted where last.map({ $0.description < text }) ?? true {
            guard let referrer = try await referrer(digest, to: subject),
                artifactType == nil || referrer.artifactType == artifactType,
                try await storing({ () async throws(EngineError) in try await isLinked(Layout.revision(name, digest)) })
            else { continue }
            guard page.add(referrer) else { break }
        }
        return page
    }

    private func referrer(_ digest: Digest, to subject: Digest) async throws(RegistryError) -> Referrer? {
        if let known = subjects[digest] {
            guard known.subject == subject else { return nil }
            if let referrer = known.referrer { return referrer }
        }
        guard let bytes = try await payload(digest) else { return nil }
        // What isn't understood refers to nothing.
        let document = try? ManifestDocument(parsing: bytes)
        let referrer = document.flatMap { document in
            document.subject.map { subject in
                Referrer(
                    digest: digest, mediaType: document.mediaType, size: Int64(bytes.count),
                    artifactType: document.artifactType, annotations: document.annotations, subject: subject)
            }
        }
        subjects.keep(referrer, for: digest)
        return referrer?.subject == subject ? referrer : nil
    }
}
