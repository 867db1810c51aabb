public import APIModel
internal import Cgroups
internal import ImageBuilder
internal import ImageModel
internal import ImageStore
internal import OrderedJSON
public import Primitives

extension Engine {
    public func commit(_ request: CommitRequest) async throws(EngineError) -> String {
        let container = try containers.find(request.container)
        let reference = try reference(of: request)
        return try await container.gate.withGate { () async throws(EngineError) in
            try checkCommittable(container)
            let config = try committedConfig(of: container.record, request)
            let image = try await holdingStill(container, request.pauses) { [self] in
                try commit(container.record, config, request, reference)
            }
            if let reference { publishImage("tag", id: image.id.description, name: reference.familiar) }
            publish(
                "commit", container.record,
                [
                    "comment": request.comment, "imageID": image.id.description,
                    "imageRef": reference?.familiar ?? "",
                ])
            return image.id.description
        }
    }

    private func reference(of request: CommitRequest) throws(EngineError) -> ImageReference? {
        guard !request.repository.isEmpty else { return nil }
        let named = try ImageReference(parsing: request.repository).refusingReserved()
        guard named.digest == nil else { throw EngineError(.badParameter, "cannot import digest reference") }
        return try request.tag.isEmpty
            ? named.withDefaultTag : ImageReference(name: request.repository, tag: request.tag)
    }

    private func checkCommittable(_ container: Container) throws(EngineError) {
        switch container.state.phase {
        case .dead: throw EngineError(.conflict, "You cannot commit container \(container.id) which is Dead")
        case .removing:
            throw EngineError(.conflict, "You cannot commit container \(container.id) which is being removed")
        default: break
        }
    }

    /// The changes go over what was sent, or over the container's own settings, which fill the rest.
    private func committedConfig(
        of record: ContainerRecord, _ request: CommitRequest
    ) throws(EngineError) -> ContainerConfig {
        var config = request.config ?? record.config
        try ImageChanges.apply(request.changes, to: &config)
        ConfigMerge.merge(record.config, into: &config)
        return config
    }

    /// Blocking.
    private func commit(
        _ record: ContainerRecord, _ config: ContainerConfig, _ request: CommitRequest, _ reference: ImageReference?
    ) throws -> Image {
        let parent = try images.resolve(record.imageID)
        let now = Timestamp.now()
        var draft = ImageConfigDraft(platform: parent.config.platform, created: now)
        draft.author = request.author
        draft.dockerVersion = configuration.version.version
        draft.container = record.id
        draft.containerConfig = try OrderedJSONEncoder().encodeValue(record.config)
        draft.config = try OrderedJSONEncoder().encodeValue(config)
        let history = ImageHistoryEntry(
            created: now, createdBy: (record.config.cmd ?? []).joined(separator: " "), author: request.author,
            comment: request.comment)
        let step = ImageStep(
            parent: parent.id, draft: draft, history: history, names: reference.map { [$0] } ?? [])
        return try images.commit(containerLayer: record.id, step, without: Self.ownPlaces)
    }

    /// Runs `body` while the container's processes stand still; they go on whatever happens. The container's row says all
    /// the time that it runs: an engine that finds it frozen lets it go on.
    private func holdingStill<Value: Sendable>(
        _ container: Container, _ pauses: Bool, _ body: @escaping @Sendable () throws -> Value
    ) async throws(EngineError) -> Value {
        guard pauses, container.state.phase == .running else { return try await workers.run(body) }
        let group = try controlGroup(of: container.record)
        publish("pause", container.record)
        defer { publish("unpause", container.record) }
        return try await workers.run { [self] in
            // As Docker does, what can't be frozen is taken as it is.
            attempt("freeze \(container.id)") { try group.freeze() }
            defer { attempt("thaw \(container.id)") { if group.isFrozen { try group.thaw() } } }
            return try body()
        }
    }
}
