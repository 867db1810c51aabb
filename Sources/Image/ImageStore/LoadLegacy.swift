internal import ImageModel
internal import OrderedJSON
internal import Primitives

extension LoadInProgress {
    private struct Loaded {
        var config: ImageConfig
        var chainID: Digest
    }

    /// `<id>/json`, `<id>/layer.tar` and `repositories`, of Docker before 1.10.
    func loadLegacy(_ progress: (LoadProgress) -> Void) throws -> [LoadedImage] {
        let ids = spool.names.compactMap { name in name.hasSuffix("/json") ? String(name.dropLast("/json".count)) : nil
        }
        guard !ids.isEmpty else {
            throw EngineError(.badParameter, "invalid archive: neither manifest.json nor index.json nor image folders")
        }
        var done: [String: Loaded] = [:]
        for id in ids { try load(id, &done, progress) }
        return try tagLegacy(done, progress)
    }

    /// The ancestors first, without recursion: the chain is as long as the archive likes.
    private func load(_ id: String, _ done: inout [String: Loaded], _ progress: (LoadProgress) -> Void) throws {
        var chain: [V1Image] = []
        var current: String? = id
        while let next = current, done[next] == nil {
            let image = try V1Image(parsing: spool.document("\(next)/json"))
            guard image.id == next else { throw EngineError(.badParameter, "image ID '\(next)' is invalid ") }
            guard chain.count < ImageConfig.maximumLayers, !chain.contains(where: { $0.id == next }) else {
                throw EngineError(.badParameter, "invalid archive: image \(next) has no root within reach")
            }
            chain.append(image)
            current = image.parent
        }
        for image in chain.reversed() {
            let parent = image.parent.flatMap { done[$0] }
            let source = try spool.source("\(image.id)/layer.tar")
            let row = try obtain(unknownLayer: source, on: parent?.chainID, progress)
            let history = (parent?.config.history ?? []) + [image.history(isEmptyLayer: false)]
            let config = try image.imageConfig(
                diffIDs: (parent?.config.diffIDs ?? []) + [row.diffID], history: history)
            guard isWanted(config) else {
                throw EngineError(.notFound, "image \(image.id) is for \(config.platform), not for the platform wanted")
            }
            _ = try register(config, parent: parent?.config.id, names: [], progress)
            done[image.id] = Loaded(config: config, chainID: row.chainID)
        }
    }

    private func tagLegacy(
        _ done: [String: Loaded], _ progress: (LoadProgress) -> Void
    ) throws -> [LoadedImage] {
        var result: [LoadedImage] = []
        var repositories: [String: [String: String]] = [:]
        if spool.holds(DockerArchive.repositoriesName) {
            repositories = try DockerArchive.repositories(parsing: spool.document(DockerArchive.repositoriesName))
        }
        for (repository, tags) in repositories.sorted(by: { $0.key < $1.key }) {
            for (tag, id) in tags.sorted(by: { $0.key < $1.key }) {
                guard let image = done[id] else {
                    throw EngineError(.badParameter, "invalid repositories: there is no image \(id)")
                }
                let name = try ImageReference(name: repository, tag: tag).refusingReserved()
                result += try register(image.config, names: [name], progress)
            }
        }
        if !result.isEmpty { return result }
        let parents = Set(done.values.compactMap { store.table.images[$0.config.id]?.parent })
        return done.values.map(\.config.id).filter { !parents.contains($0) }.sorted()
            .map { LoadedImage(id: $0, reference: nil) }
    }
}
