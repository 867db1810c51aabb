public import APIModel
internal import Logging
public import Primitives

extension Engine {
    /// Removes the networks that no container is on or will be on.
    public func pruneNetworks(_ filters: Filters) async throws(EngineError) -> NetworksPruned {
        let filter = try NetworkFilter(filters.without("until"), known: ["label", "label!"])
        let limit = try filters["until"].map { text throws(EngineError) in try PruneLimit.time(text) }.min()
        let used = usedNetworks()
        var removed: [String] = []
        for record in networks.all() where !record.isPredefined && !used.contains(record.id) {
            guard filter.matches(record, isUsed: false), limit.map({ record.created < $0 }) ?? true else { continue }
            do throws(EngineError) {
                try await workers.run { [self] in try removeNetworkNow(record) }
                removed.append(record.name)
            } catch {
                // Somebody came in between, or is on it at another host: it is in use, and stays.
                guard error.kind != .forbidden else { continue }
                guard error.kind == .unavailable else { throw error }
                logger.warning("network \(record.name) is not pruned: \(error.message)")
            }
        }
        return NetworksPruned(removed)
    }
}

extension Filters {
    fileprivate func without(_ key: String) -> Filters {
        var copy = self
        copy.values[key] = nil
        return copy
    }
}

/// The filter `until` of prune calls: a time, or how long ago it was.
enum PruneLimit {
    static func time(_ text: String) throws(EngineError) -> Timestamp {
        guard let nanoseconds = TimeText.nanoseconds(text, now: .now()) else {
            throw EngineError(.badParameter, "invalid filter 'until=\(text)'")
        }
        return Timestamp(nanoseconds: nanoseconds)
    }
}
