public import APIModel
internal import ImageModel
internal import ImageStore
public import Primitives

extension Engine {
    public func listImages(_ query: ImageQuery) async throws(EngineError) -> [ImageSummary] {
        let filter = try ImageFilter(query.filters)
        return try await workers.run { [self] in
            let all = try images.list()
            let used = Dictionary(grouping: containers.all().map(\.record.imageID), by: \.self).mapValues(\.count)
            // Steps on the way to another image are told apart by having no name of their own.
            let inner = query.all ? [] : Set(all.compactMap(\.parent))
            let shown = all.filter { !$0.tags.isEmpty || !$0.digests.isEmpty || !inner.contains($0.id) }
            let shared = query.sharedSize ? images.sharedSizes() : nil
            return try shown.filter { try filter.matches($0, resolve: images.resolve) }.map { image in
                var row = ImageSummary(image)
                if let shared { row.sharedSize = shared[image.id] ?? 0 }
                row.repoTags = row.repoTags.filter(filter.shows)
                row.repoDigests = row.repoDigests.filter(filter.shows)
                row.containers = Int64(used[image.id.description] ?? 0)
                return row
            }
        }
    }

    public func inspectImage(_ name: String) async throws(EngineError) -> ImageInspect {
        try await workers.run { [self] in
            let image = try images.resolve(name)
            var answer = ImageInspect(image, driver: images.driverName)
            answer.graphDriver.data = GraphData.of(image: try images.mounts(of: image))
            return answer
        }
    }

    public func checkImage(_ name: String, isFor platform: Platform) async throws(EngineError) {
        let own = try await workers.run { [images] in try images.resolve(name).config.platform }
        guard own.serves(platform) else {
            throw EngineError(
                .notFound,
                "image with reference \(name) was found but its platform (\(own)) does not match the specified platform (\(platform))"
            )
        }
    }

    public func imageHistory(_ name: String) async throws(EngineError) -> [ImageHistoryItem] {
        try await workers.run { [images] in try images.history(name).map(ImageHistoryItem.init) }
    }

    public func tagImage(
        _ name: String, repository: String, tag: String, force: Bool
    ) async throws(EngineError) {
        let reference =
            try tag.isEmpty
            ? ImageReference(parsing: repository).withDefaultTag : ImageReference(name: repository, tag: tag)
        guard try reference.refusingReserved().digest == nil else {
            throw EngineError(.badParameter, "refusing to create a tag with a digest reference")
        }
        let id = try await workers.run { [images] in
            let image = try images.resolve(name)
            if !force, let other = try? images.resolve(reference.familiar), other.id != image.id {
                throw EngineError(
                    .conflict,
                    "Conflict: Tag \(reference.tag ?? "") is already set to image \(other.id.description.dropFirst(7)), if you want to replace it, please use -f option"
                )
            }
            _ = try images.tag(image.id, as: reference)
            return image.id
        }
        publishImage("tag", id: id.description, name: reference.familiar)
    }

    public func removeImage(
        _ name: String, force: Bool, noPrune: Bool
    ) async throws(EngineError) -> [ImageDeleted] {
        let (id, known, removed) = try await workers.run { [self] in
            let image = try images.resolve(name)
            let known = Set(try images.list().map(\.id.description))
            let removed = try images.remove(name, force: force, noPrune: noPrune, inUse: containerUses)
            return (image.id.description, known, removed)
        }
        return tell(removed, of: id, known: known)
    }

    /// Publishes what a removal did and puts it into the answer's form. `known`: ids of the images there were before.
    func tell(_ removed: [ImageRemoval], of id: String, known: Set<String>) -> [ImageDeleted] {
        removed.map { step in
            switch step {
            case .untagged(let reference):
                publishImage("untag", id: id, name: reference)
                return ImageDeleted(untagged: reference)
            case .deleted(let deleted):
                // Layers are told to the client as Docker tells them; an event is for images only.
                if known.contains(deleted) { publishImage("delete", id: deleted, name: deleted) }
                return ImageDeleted(deleted: deleted)
            }
        }
    }

    /// Containers made from an image, for the rules of removal.
    @Sendable func containerUses(_ image: Digest) -> [ContainerUse] {
        containers.all().map(\.record).filter { $0.imageID == image.description }.map { record in
            ContainerUse(id: record.id, isRunning: record.state.isRunning)
        }
    }
}
