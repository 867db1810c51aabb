public import APIModel
internal import ImageStore
internal import Logging
public import Primitives

extension Engine {
    /// Removes the containers that do not run and are no build's. Their volumes stay.
    public func pruneContainers(_ filters: Filters) async throws(EngineError) -> ContainersPruned {
        let filter = try PruneFilter(filters, known: ["label", "label!", "until"])
        return try await containerPrunes.run { () async throws(EngineError) in
            var (removed, reclaimed) = ([String](), Int64(0))
            for container in containers.all() where !container.state.isRunning {
                let record = container.record
                guard record.isStep != true, filter.matches(record.config.labels ?? [:], created: record.created) else {
                    continue
                }
                let size = (try? await workers.run { [images] in try images.size(containerLayer: record.id) }) ?? 0
                do throws(EngineError) {
                    try await remove(record.id, RemoveOptions())
                    (removed, reclaimed) = (removed + [record.id], reclaimed.addingClamped(size))
                } catch {
                    // Started, or gone, since we looked.
                    logger.warning("container \(record.id) is not pruned: \(error.message)")
                }
            }
            publishPrune(of: "container", reclaimed: reclaimed)
            return ContainersPruned(removed, spaceReclaimed: reclaimed)
        }
    }
}
