internal import APIModel
internal import ImageBuilder
internal import ImageModel
internal import ImageStore
internal import OrderedJSON
internal import Primitives

extension BuildSession {
    /// An image that stands on the same one and was made here by the same step: the newest, as with Docker. With
    /// `--cache-from` only what one of those images came from counts.
    func cached(_ plan: ImagePlan) async throws(EngineError) -> BuiltImage? {
        try await engine.workers.run { [self] in
            let parent = try plan.parentDigest
            let steps = plan.parent.steps + plan.held.count + 1
            let found = engine.images.children(of: parent, trusted: sourceLines).first { image in
                // Others have steps in between, or were squashed.
                image.config.platform == plan.parent.platform && image.config.history.count == steps
                    && image.config.history.last?.createdBy == plan.createdBy
                    && Self.isSame(image.config, plan) && isSameResult(image, plan)
            }
            guard let image = try found ?? fromSources(plan, parent), try engine.images.keep(image.id, in: kept) else {
                return nil
            }
            return BuiltImage(
                id: image.id.description, config: image.containerConfig ?? plan.config,
                platform: image.config.platform, steps: image.config.history.count,
                size: image.config.bytes.count)
        }
    }

    /// What Docker compares of two steps (moby: image/cache/compare.go).
    private static func isSame(_ image: ImageConfig, _ plan: ImagePlan) -> Bool {
        // The cheap part first: what the step was.
        let command = image.containerConfig?["Cmd"]?.arrayValue?.compactMap(\.stringValue)
        guard let object = image.containerConfig, command == plan.stepConfig.cmd,
            let step = try? OrderedJSONDecoder().decode(ContainerConfig.self, from: .object(object))
        else { return false }
        let wanted = plan.stepConfig
        guard !step.openStdin, !wanted.openStdin else { return false }
        return step.user == wanted.user && step.tty == wanted.tty && step.env ?? [] == wanted.env ?? []
            && step.labels ?? [:] == wanted.labels ?? [:] && step.exposedPorts == wanted.exposedPorts
            && step.entrypoint ?? [] == wanted.entrypoint ?? [] && step.volumes ?? [:] == wanted.volumes ?? [:]
            && (image.author ?? "") == plan.author
            && image.history.dropLast().suffix(plan.held.count).map(\.createdBy) == plan.held.map(\.createdBy)
    }
}

// `--cache-from`: images whose history goes the same way.
extension BuildSession {
    /// Images that are here, and all they stand on.
    static func ancestors(of names: [String], _ images: ImageStore) -> Set<Digest> {
        var found: Set<Digest> = []
        for name in names {
            var next = try? images.resolve(name)
            while let image = next, found.insert(image.id).inserted {
                next = image.parent.flatMap { try? images.resolve($0.description) }
            }
        }
        return found
    }

    private func fromSources(_ plan: ImagePlan, _ parent: Digest?) throws -> Image? {
        guard let parent else { return nil }
        let base = try engine.images.resolve(parent.description)
        for name in request.cacheFrom {
            guard let source = try? engine.images.resolve(name) else { continue }
            if let image = try step(plan, after: base, in: source) { return image }
        }
        return nil
    }

    /// The image that `source` was after the step, if its steps up to there were those of `base` and this one.
    private func step(_ plan: ImagePlan, after base: Image, in source: Image) throws -> Image? {
        let (done, steps) = (base.config.history, source.config.history)
        let wanted = done.map(\.createdBy) + plan.held.map(\.createdBy)
        guard steps.count > wanted.count, zip(wanted, steps).allSatisfy({ $0 == $1.createdBy }) else { return nil }
        let next = steps[wanted.count]
        let layers = base.diffIDs.count + (next.isEmptyLayer ? 0 : 1)
        guard next.createdBy == plan.createdBy, isOfEpoch(next.created), source.config.platform == base.config.platform,
            source.diffIDs.count >= layers, source.diffIDs.starts(with: base.diffIDs)
        else { return nil }
        var draft = ImageConfigDraft(platform: base.config.platform, created: next.created ?? .now())
        draft.author = plan.author
        draft.dockerVersion = engine.configuration.version.version
        var (config, step) = (plan.config, plan.stepConfig)
        (config.image, step.image) = (base.id.description, base.id.description)
        draft.config = try OrderedJSONEncoder().encodeValue(config)
        draft.containerConfig = try OrderedJSONEncoder().encodeValue(step)
        draft.diffIDs = Array(source.diffIDs.prefix(layers))
        draft.history = done + steps[done.count...wanted.count]
        return try engine.images.register(ImageConfig(parsing: draft.serialized()), parent: base.id, keptIn: kept)
    }
}
