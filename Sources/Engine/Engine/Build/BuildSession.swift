internal import APIModel
internal import Dockerfile
internal import ImageBuilder
internal import ImageModel
internal import ImageStore
internal import OrderedJSON
internal import Primitives

/// What the steps of one build are done with: the engine, the request and the context.
final class BuildSession: StepExecutor {
    let engine: Engine
    let request: BuildRequest
    let contexts: BuildContexts
    let agents: AgentDesk
    /// All images that the build was given or has made, as long as it goes on.
    let kept: KeptImages
    /// Times later than this are written as this.
    let latestTime: Timestamp?

    /// With `--cache-from`: the images that the cache may give. Nil: all.
    let sourceLines: Set<Digest>?

    init(
        _ engine: Engine, _ request: BuildRequest, _ contexts: BuildContexts, _ agents: AgentDesk,
        keeping kept: KeptImages
    ) {
        self.engine = engine
        self.kept = kept
        self.request = request
        self.contexts = contexts
        self.agents = agents
        sourceLines =
            request.cacheFrom.isEmpty ? nil : Self.ancestors(of: request.cacheFrom, engine.images)
        latestTime = request.latestTime
    }

    var context: BuildContext { contexts.main }

    func contextKey(_ path: String, of name: String) async throws(EngineError) -> String {
        let context = contexts[name] ?? contexts.main
        return try await engine.workers.run { CopyKey.text(of: context.entries, at: path) }
    }

    func record(_ plan: ImagePlan) async throws(EngineError) -> BuiltImage {
        try await engine.workers.run { [self] in try makeImage(plan, layer: nil) }
    }

    /// Blocking. The image of a step, with its layer or without one. It is there when the engine is killed afterwards; a loss
    /// of power may take it along, as what follows can be made again.
    func makeImage(_ plan: ImagePlan, layer: CapturedLayer?, container: String = "") throws -> BuiltImage {
        let created = latestTime ?? .now()
        var draft = ImageConfigDraft(platform: plan.parent.platform, created: created)
        draft.author = plan.author
        draft.dockerVersion = engine.configuration.version.version
        if latestTime == nil { draft.container = container }
        var (config, step) = (plan.config, plan.stepConfig)
        config.image = plan.parent.id
        step.image = plan.parent.id
        draft.config = try OrderedJSONEncoder().encodeValue(config)
        draft.containerConfig = try OrderedJSONEncoder().encodeValue(step)
        let history = ImageHistoryEntry(created: created, createdBy: plan.createdBy, author: plan.author)
        var made = ImageStep(parent: try plan.parentDigest, draft: draft, history: history)
        made.earlier = plan.held.map {
            ImageHistoryEntry(created: created, createdBy: $0.createdBy, author: $0.author, isEmptyLayer: true)
        }
        let image = try engine.images.makeImage(made, layer: layer, keptIn: kept)
        return BuiltImage(
            id: image.id.description, config: config, platform: plan.parent.platform,
            steps: image.config.history.count, size: image.config.bytes.count)
    }
}

extension ImagePlan {
    /// Nil for scratch.
    var parentDigest: Digest? {
        get throws(EngineError) { parent.id.isEmpty ? nil : try Digest(parsing: parent.id) }
    }
}
