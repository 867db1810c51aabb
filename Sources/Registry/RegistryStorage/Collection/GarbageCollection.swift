public import Primitives

/// Takes away what no manifest refers to: marks from the manifests of all repositories, sweeps the rest.
///
/// Safe beside a server on storages that can be held: the second mark and the sweep happen while nothing is committed, and
/// what is younger than the grace stays, because the manifest of a push comes last.
public struct GarbageCollection: Sendable {
    public struct Options: Sendable {
        /// Manifests that no tag leads to go too: neither by itself, nor through an index, nor as a referrer of one.
        public var deletesUntagged = false
        public var isDryRun = false
        /// Nil: none, or an hour while the storage is served.
        public var grace: Duration?

        public init() {}
    }

    public struct Report: Sendable {
        public var repositories = 0
        public var keptManifests = 0
        public var keptBlobs = 0
        /// Those among them that nothing refers to and that are younger than the grace.
        public var youngBlobs = 0
        public var grace = Duration.zero
        /// `team/app@sha256:…`
        public var manifests: [String] = []
        public var blobs: [Digest] = []
        public var bytes: Int64 = 0
    }

    static let graceWhileServed = Duration.seconds(3600)

    let store: RegistryStore
    let options: Options

    public init(store: RegistryStore, options: Options) {
        self.store = store
        self.options = options
    }

    /// Errors: `MANIFEST_INVALID` for a manifest that can't be read: nobody knows what it refers to, and nothing is removed.
    public func run() async throws(RegistryError) -> Report {
        let driver = store.driver
        let unserved = try await storing { () async throws(EngineError) in try await driver.holdUnserved() }
        defer { withExtendedLifetime(unserved) {} }
        let grace = options.grace ?? (unserved == nil ? Self.graceWhileServed : .zero)
        // First without holding anybody up; what it reads of manifests the second pass knows.
        var mark = GarbageMark(store: store, deletesUntagged: options.deletesUntagged, grace: grace)
        try await mark.run()
        if options.isDryRun { return try await sweep(mark, grace) }
        let hold = try await storing { () async throws(EngineError) in try await driver.hold(exclusive: true) }
        defer { withExtendedLifetime(hold) {} }
        do throws(RegistryError) {
            try await mark.run()
            let report = try await sweep(mark, grace)
            await hold?.release()
            return report
        } catch {
            await hold?.release()
            throw error
        }
    }

    private func sweep(_ mark: GarbageMark, _ grace: Duration) async throws(RegistryError) -> Report {
        var report = Report()
        report.repositories = mark.repositories.count
        report.keptManifests = mark.keptManifests
        report.grace = grace
        try await removeManifests(mark, &report)
        let garbage = try await unmarkedBlobs(mark, grace, &report)
        guard !options.isDryRun else { return report }
        for name in mark.repositories { try await removeLayers(garbage, of: name) }
        // The links first: none is left that leads nowhere.
        for digest in garbage {
            try await storing { () async throws(EngineError) in try await store.driver.removeIfAny(Layout.blob(digest))
            }
        }
        return report
    }

    private func removeManifests(_ mark: GarbageMark, _ report: inout Report) async throws(RegistryError) {
        for (name, digests) in mark.untagged.sorted(by: { $0.key.description < $1.key.description }) {
            for digest in digests.sorted() {
                report.manifests.append("\(name)@\(digest)")
                if options.isDryRun { continue }
                try await storing { () async throws(EngineError) in
                    for tag in try await store.driver.namesIfAny(in: Layout.tags(name)) where ImageReference.isTag(tag)
                    {
                        let index = Layout.index(name, tag, digest)
                        if let folder = index.parent { try await store.driver.removeIfAny(folder) }
                    }
                    try await store.driver.removeIfAny(Layout.revision(name, digest))
                }
            }
        }
    }

    private func unmarkedBlobs(
        _ mark: GarbageMark, _ grace: Duration, _ report: inout Report
    ) async throws(RegistryError) -> Set<Digest> {
        let driver = store.driver
        let now = Timestamp.now()
        var garbage: Set<Digest> = []
        for digest in try await allBlobs() {
            if mark.marked.contains(digest) {
                report.keptBlobs += 1
                continue
            }
            if mark.young.contains(digest) {
                report.keptBlobs += 1
                report.youngBlobs += 1
                continue
            }
            let entry = try await storing { () async throws(EngineError) -> StorageEntry? in
                if try await driver.exists(Layout.blobData(digest)) {
                    return try await driver.entry(Layout.blobData(digest))
                }
                return nil
            }
            // Of a folder without its data, as a crash leaves it, nothing is known; it is empty.
            if let entry, now.since(entry.modified) < grace {
                report.keptBlobs += 1
                report.youngBlobs += 1
                continue
            }
            garbage.insert(digest)
            report.blobs.append(digest)
            report.bytes += entry?.size ?? 0
        }
        return garbage
    }

    private func allBlobs() async throws(RegistryError) -> [Digest] {
        let driver = store.driver
        return try await storing { () async throws(EngineError) in
            var found: [Digest] = []
            for algorithm in try await driver.namesIfAny(in: Layout.blobs) {
                let folder = Layout.blobs.appending(algorithm)
                for prefix in try await driver.namesIfAny(in: folder) {
                    for hex in try await driver.namesIfAny(in: folder.appending(prefix)) {
                        if let digest = try? Digest(parsing: "\(algorithm):\(hex)") { found.append(digest) }
                    }
                }
            }
            return found
        }
    }

    private func removeLayers(_ garbage: Set<Digest>, of name: RepositoryName) async throws(RegistryError) {
        let driver = store.driver
        try await storing { () async throws(EngineError) in
            for digest in try await Layout.digests(in: Layout.layers(name), driver) where garbage.contains(digest) {
                try await driver.removeIfAny(Layout.layer(name, digest))
            }
        }
    }
}
