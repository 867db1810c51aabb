public import APIModel
public import Primitives

/// What only the cache keeps: a folder of `RUN --mount=type=cache`, a content that ADD has fetched.
struct CacheEntry: Sendable {
    var id: String
    /// As BuildKit calls it.
    var type: String
    var description: String
    /// Bytes.
    var size: Int64
    /// Its bytes are another entry's as well, and count there.
    var isShared = false
    var isUsed = false
    var created: Timestamp
    var lastUsed: Timestamp
    /// The bytes that are free then; nil when it is used now. Blocks.
    var remove: @Sendable () throws -> Int64?
}

extension Engine {
    /// Takes away what only the cache keeps. Images of steps are images: `image prune` takes them.
    public func pruneBuildCache(_ request: BuildCachePrune) async throws(EngineError) -> BuildCachePruned {
        let filter = try CacheFilter(request.filters)
        return try await workers.run { [self] in
            var (deleted, freed): ([String], Int64) = ([], 0)
            let entries = try cacheEntries()
            var kept = entries.map { $0.isShared ? 0 : $0.size }.clampedSum
            // Those that were not used for the longest time go first.
            for entry in entries.sorted(by: { $0.lastUsed < $1.lastUsed }) where filter.matches(entry) {
                guard kept > request.keptSpace || request.keptSpace == 0, let size = try entry.remove() else {
                    continue
                }
                deleted.append(entry.id)
                freed = freed.addingClamped(size)
                kept = max(0, kept - size)
            }
            return BuildCachePruned(deleted, spaceReclaimed: freed)
        }
    }

    /// Rows for `system df`. Blocking.
    func buildCacheRecords() throws -> [BuildCacheRecord] {
        try cacheEntries().map { entry in
            var row = BuildCacheRecord()
            row.id = entry.id
            row.type = entry.type
            row.description = entry.description
            row.inUse = entry.isUsed
            row.shared = entry.isShared
            row.size = entry.size
            row.createdAt = entry.created.description
            row.lastUsedAt = entry.lastUsed.description
            return row
        }
    }

    private func cacheEntries() throws -> [CacheEntry] {
        let folders = try caches.all().map { [caches] folder in
            CacheEntry(
                id: folder.id, type: "exec.cachemount", description: "mount \(folder.name)", size: folder.size,
                isUsed: folder.isUsed, created: folder.changed, lastUsed: folder.changed,
                remove: { try caches.remove(folder.id) ? folder.size : nil })
        }
        let downloads = try keptDownloads.all().map { [keptDownloads] download in
            CacheEntry(
                id: download.id, type: "regular", description: "http url \(download.page.address)",
                size: download.page.size, isShared: download.isShared, created: download.page.fetched,
                lastUsed: download.used, remove: { try keptDownloads.remove(download.id) })
        }
        return folders + downloads
    }
}

/// Which entries a prune means.
private struct CacheFilter {
    private var latest: Timestamp?
    private var ids: [String]
    private var types: [String]
    private var uses: [String]

    /// Errors: `badParameter` for filters there are not.
    init(_ filters: Filters) throws(EngineError) {
        let known = ["until", "unused-for", "id", "type", "inuse", "description", "all"]
        for name in filters.values.keys.sorted() where !known.contains(name) {
            throw EngineError(.badParameter, "invalid filter '\(name)'")
        }
        (ids, types, uses) = (filters["id"], filters["type"], filters["inuse"])
        for text in filters["until"] + filters["unused-for"] {
            guard let time = TimeText.nanoseconds(text, now: .now()) else {
                throw EngineError(.badParameter, "invalid value for 'until': \"\(text)\" is no time")
            }
            latest = Timestamp(nanoseconds: time)
        }
    }

    func matches(_ entry: CacheEntry) -> Bool {
        if let latest, entry.lastUsed >= latest { return false }
        return (ids.isEmpty || ids.contains { entry.id.hasPrefix($0) }) && (types.isEmpty || types.contains(entry.type))
            && (uses.isEmpty || uses.contains(entry.isUsed ? "true" : "false"))
    }
}
