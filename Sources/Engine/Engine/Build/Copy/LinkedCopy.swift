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
    /// Blocking. Puts a layer that the same step made for another base onto this one, or makes it.
    func linking(
        _ plan: ImagePlan, _ step: StepReport, stop: StopSign, _ write: (FDBox) throws -> Void
    ) throws -> BuiltImage {
        if let known = try knownLayer(of: plan) {
            step(.cached)
            return try image(plan, with: known)
        }
        return try image(plan, with: try layer(on: nil, stop: stop, write))
    }

    /// The layer is held; it is let go of here.
    private func image(_ plan: ImagePlan, with layer: CapturedLayer) throws -> BuiltImage {
        defer { engine.images.letGo([layer.chainID]) }
        let placed = try engine.images.place(layer, on: try plan.parentDigest)
        defer { engine.images.letGo([placed.chainID]) }
        return try makeImage(plan, layer: placed)
    }

    /// Not with `SOURCE_DATE_EPOCH`: the other one's times may be later than that.
    private func knownLayer(of plan: ImagePlan) throws -> CapturedLayer? {
        guard !request.ignoresCache, latestTime == nil else { return nil }
        return try engine.images.layer(madeBy: plan.createdBy, for: plan.parent.platform, trusted: sourceLines)
    }
}
