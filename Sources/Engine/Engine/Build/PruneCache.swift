public import APIModel
public import Primitives

extension Engine {
    /// Takes away the folders of `RUN --mount=type=cache`. Images of steps are images: `image prune` takes them.
    public func pruneBuildCache(_ request: BuildCachePrune) async throws(EngineError) -> BuildCachePruned {
        let filter = try CacheFilter(request.filters)
        return try await workers.run { [caches] in
            var (deleted, freed): ([String], Int64) = ([], 0)
            let folders = try caches.all()
            var kept = folders.reduce(0) { $0 + $1.size }
            // Those that were not used for the longest time go first.
            for folder in folders.sorted(by: { $0.changed < $1.changed }) where filter.matches(folder) {
                guard kept > request.keptSpace || request.keptSpace == 0, try caches.remove(folder.id) else { continue }
                deleted.append(folder.id)
                freed += folder.size
                kept -= folder.size
            }
            return BuildCachePruned(deleted, spaceReclaimed: freed)
        }
    }

    /// Rows for `system df`. Blocking.
    func buildCacheRecords() throws -> [BuildCacheRecord] {
        try caches.all().map { folder in
            var row = BuildCacheRecord()
            row.id = folder.id
            row.type = CacheFilter.kind
            row.description = "mount \(folder.name)"
            row.inUse = folder.isUsed
            row.size = folder.size
            row.createdAt = folder.changed.description
            row.lastUsedAt = folder.changed.description
            return row
        }
    }
}

/// Which folders a prune means.
private struct CacheFilter {
    static let kind = "exec.cachemount"

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

    func matches(_ folder: CacheFolders.Folder) -> Bool {
        if let latest, folder.changed >= latest { return false }
        return (ids.isEmpty || ids.contains { folder.id.hasPrefix($0) }) && (types.isEmpty || types.contains(Self.kind))
            && (uses.isEmpty || uses.contains(folder.isUsed ? "true" : "false"))
    }
}
