public import APIModel
internal import ImageModel
internal import ImageStore
public import Primitives

extension Engine {
    /// Removes images that no container uses: those without a tag, or all with the filter `dangling=false`.
    public func pruneImages(_ filters: Filters) async throws(EngineError) -> ImagesPruned {
        let filter = try ImagePruneFilter(filters)
        return try await imagePrunes.run { () async throws(EngineError) in
            let (removals, sizes) = try await workers.run { [self] in
                let sizes = images.layerSizes()
                return (try prune(filter), sizes)
            }
            let deleted = removals.flatMap { tell($0.steps, of: $0.image, known: $0.known) }
            let reclaimed = deleted.map { $0.deleted.flatMap { sizes[$0] } ?? 0 }.clampedSum
            publishPrune(of: "image", reclaimed: reclaimed)
            return ImagesPruned(deleted, spaceReclaimed: reclaimed)
        }
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
                // Used, by builds too, named or gone in the meantime: then it is not for us to remove.
                guard containerUses(image.id).isEmpty,
                    let steps = try? images.remove(
                        name, force: false, noPrune: false, pruned: image.id, inUse: containerUses)
                else { continue }
                removals.append(Removal(image: image.id.description, steps: steps, known: known))
            }
        }
        return removals
    }
}

/// The `filters` of `POST /images/prune`.
struct ImagePruneFilter: Sendable {
    private let common: PruneFilter
    private let isDanglingOnly: Bool

    init(_ filters: Filters) throws(EngineError) {
        common = try PruneFilter(filters, known: ["dangling", "label", "label!", "until"])
        isDanglingOnly = try filters.bool("dangling") ?? true
    }

    /// Steps on the way to another image go with that one.
    func wants(_ image: Image, isParent: Bool) -> Bool {
        let isNamed = !image.tags.isEmpty || !image.digests.isEmpty
        guard !isParent || (isNamed && !isDanglingOnly), !isDanglingOnly || image.tags.isEmpty else { return false }
        return common.matches(image.config.labels, created: image.created)
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
