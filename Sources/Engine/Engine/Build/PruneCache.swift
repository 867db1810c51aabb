public import APIModel
internal import LinuxSystem
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
            var total = entries.map { $0.isShared ? 0 : $0.size }.clampedSum
            let kept = request.keptBytes(of: total, free: request.minimumFree == 0 ? 0 : try freeBytes())
            // Those that were not used for the longest time go first.
            for entry in entries.sorted(by: { $0.lastUsed < $1.lastUsed }) where filter.matches(entry) {
                if let kept, total <= kept { break }
                guard let size = try entry.remove() else { continue }
                deleted.append(entry.id)
                freed = freed.addingClamped(size)
                total = max(0, total - size)
            }
            return BuildCachePruned(deleted, spaceReclaimed: freed)
        }
    }

    /// What there is for everybody where the engine keeps its files.
    private func freeBytes() throws -> Int64 {
        let disk = try FD.open(at: RawPath(paths.root), [.path]).fileSystem()
        let (bytes, isTooLarge) = disk.blocksAvailable.multipliedReportingOverflow(
            by: UInt64(clamping: disk.blockSize))
        return isTooLarge ? .max : Int64(clamping: bytes)
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
