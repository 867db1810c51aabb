public import APIModel
internal import ImageModel
internal import ImageStore
public import Primitives
internal import Synchronization

extension Engine {
    /// Removes images that no container uses: those without a tag, or all with the filter `dangling=false`.
    public func pruneImages(_ filters: Filters) async throws(EngineError) -> ImagesPruned {
        let filter = try ImagePruneFilter(filters)
        guard
            isPruningImages.withLock({ isPruning in
                defer { isPruning = true }
                return !isPruning
            })
        else { throw EngineError(.conflict, "a prune operation is already running") }
        defer { isPruningImages.withLock { $0 = false } }
        let (removals, sizes) = try await workers.run { [self] in
            let sizes = images.layerSizes()
            return (try prune(filter), sizes)
        }
        let deleted = removals.flatMap { tell($0.steps, of: $0.image, known: $0.known) }
        let reclaimed = deleted.reduce(into: Int64(0)) { $0 += $1.deleted.flatMap { sizes[$0] } ?? 0 }
        publishPrune(reclaimed)
        return ImagesPruned(deleted, spaceReclaimed: reclaimed)
    }

    private struct Removal: Sendable {
        var image: String
        var steps: [ImageRemoval]
        /// Ids of the images there were before.
        var known: Set<String>
    }

    private func prune(_ filter: ImagePruneFilter) throws(EngineError) -> [Removal] {
        let all = try images.list()
        let known = Set(all.map(\.id.description))
        let parents = Set(all.compactMap(\.parent))
        var removals: [Removal] = []
        for image in all where filter.wants(image, isParent: parents.contains(image.id)) {
            let names = image.tags + image.digests
            for name in names.isEmpty ? [image.id.description] : names {
                // Used, or gone in the meantime: then it is not for us to remove.
                guard containerUses(image.id).isEmpty,
                    let steps = try? images.remove(name, force: false, noPrune: false, inUse: containerUses)
                else { continue }
                removals.append(Removal(image: image.id.description, steps: steps, known: known))
            }
        }
        return removals
    }

    private func publishPrune(_ reclaimed: Int64) {
        events.publish(
            EventMessage(
                type: "image", action: "prune", actor: .init(id: "", attributes: ["reclaimed": "\(reclaimed)"]),
                timeNano: Timestamp.now().nanoseconds))
    }
}

/// The `filters` of `POST /images/prune`.
struct ImagePruneFilter: Sendable {
    private static let known: Set<String> = ["dangling", "label", "label!", "until"]

    private let filters: Filters
    private let isDanglingOnly: Bool
    private let limit: Timestamp?

    init(_ filters: Filters) throws(EngineError) {
        for key in filters.values.keys.sorted() where !Self.known.contains(key) {
            throw EngineError(.badParameter, "invalid filter '\(key)'")
        }
        isDanglingOnly = try filters.bool("dangling") ?? true
        guard filters["until"].count <= 1 else {
            throw EngineError(.badParameter, "more than one until filter specified")
        }
        limit = try filters["until"].first.map { text throws(EngineError) in try PruneLimit.time(text) }
        self.filters = filters
    }

    /// Steps on the way to another image go with that one.
    func wants(_ image: Image, isParent: Bool) -> Bool {
        let isNamed = !image.tags.isEmpty || !image.digests.isEmpty
        guard !isParent || (isNamed && !isDanglingOnly), !isDanglingOnly || image.tags.isEmpty else { return false }
        if let limit {
            guard let created = image.created, created <= limit else { return false }
        }
        return LabelFilter.matches(filters, image.config.labels)
    }
}

extension Filters {
    /// Nil when it was not given. Errors: `badParameter` for what is neither true nor false.
    func bool(_ key: String) throws(EngineError) -> Bool? {
        switch self[key].first?.lowercased() {
        case nil: nil
        case "true", "1", "t": true
        case "false", "0", "f": false
        case let other?: throw EngineError(.badParameter, "invalid filter '\(key)=\(other)'")
        }
    }
}
