internal import APIModel
internal import ImageBuilder
internal import ImageStore
internal import LinuxSystem
internal import Primitives

/// `COPY --link`, `ADD --link`: the layer is made from nothing, so that it is the same whatever it lies on.
///
/// What follows is as the Dockerfile reference has it: folders on the way to the destination are new ones, in place of a link
/// too; names of owners can't be looked up; a destination without a final slash is the name of a file.
extension BuildSession {
    /// One that the same step made for another base, or a new one. The store holds it.
    struct Layer: Sendable {
        var captured: CapturedLayer
        var isKnown: Bool
    }

    func layer(
        of copy: CopyStep, _ sources: CopySources, createdBy: String, for platform: Platform
    ) async throws(EngineError) -> Layer {
        try await writing(copy, sources) { session, stop, write in
            if let known = try session.knownLayer(createdBy, platform) { return Layer(captured: known, isKnown: true) }
            return Layer(captured: try session.layer(on: nil, stop: stop, write), isKnown: false)
        }
    }

    func place(_ layer: Layer, _ plan: ImagePlan, _ step: StepReport) async throws(EngineError) -> BuiltImage {
        if layer.isKnown { step(.cached) }
        return try await engine.workers.run { [self] in try image(plan, with: layer.captured) }
    }

    func letGo(_ layer: Layer) async {
        await engine.attempt("let go of a layer") { () async throws(EngineError) in
            try await engine.workers.run { [engine] in engine.images.letGo([layer.captured.chainID]) }
        }
    }

    /// Blocking. The layer is let go of.
    private func image(_ plan: ImagePlan, with layer: CapturedLayer) throws -> BuiltImage {
        defer { engine.images.letGo([layer.chainID]) }
        let placed = try engine.images.place(layer, on: try plan.parentDigest)
        defer { engine.images.letGo([placed.chainID]) }
        return try makeImage(plan, layer: placed)
    }

    /// Not with `SOURCE_DATE_EPOCH`: the other one's times may be later than that.
    private func knownLayer(_ createdBy: String, _ platform: Platform) throws -> CapturedLayer? {
        guard !request.ignoresCache, latestTime == nil else { return nil }
        return try engine.images.layer(madeBy: createdBy, for: platform, trusted: sourceLines)
    }
}
