public import APIModel
public import Primitives
internal import Volumes

extension Engine {
    /// Removes volumes that no container has: those without a name of their own, or all with the filter `all=true`.
    public func pruneVolumes(_ filters: Filters) async throws(EngineError) -> VolumesPruned {
        let filter = try PruneFilter(filters, known: ["all", "label", "label!"])
        let takesNamed = try filters.bool("all") ?? false
        return try await volumePrunes.run { () async throws(EngineError) in
            let pruned = try await workers.run { [self] in
                var (removed, reclaimed) = ([String](), Int64(0))
                for volume in try volumes.list() where takesNamed || volume.hasNoName {
                    guard filter.matches(volume.labels, created: volume.created), !isVolumeUsed(volume.name) else {
                        continue
                    }
                    let size = Self.size(of: volume.mountpoint) ?? 0
                    guard try volumes.removeIdle(volume.name, isUsed: { isVolumeUsed(volume.name) }) else { continue }
                    (removed, reclaimed) = (removed + [volume.name], reclaimed.addingClamped(size))
                }
                return VolumesPruned(removed, spaceReclaimed: reclaimed)
            }
            publishPrune(of: "volume", reclaimed: pruned.spaceReclaimed)
            return pruned
        }
    }
}

extension Volume {
    fileprivate var hasNoName: Bool { isAnonymous || labels[VolumeStore.anonymousLabel] != nil }
}
