public import ImageModel
internal import GraphDrivers
internal import LayerFS
public import Primitives

/// An image that was squashed and is not registered. Its layer is held: see `letGo`.
public struct SquashedImage: Sendable {
    public let config: ImageConfig
    /// Nil when nothing is different from the base.
    public let layer: Digest?
}

extension ImageStore {
    /// Makes one layer of all that an image has above `base`, which is the beginning of it; nil is nothing (`docker build
    /// --squash`). The image itself stays. Errors: `notFound` for either, `badParameter` when one does not begin with the other.
    public func squash(
        _ id: Digest, onto base: Digest?, created: Timestamp
    ) throws(EngineError) -> SquashedImage {
        let image = try pinned(id)
        defer { release(image.chainIDs) }
        let below = try base.map { id throws(EngineError) in try pinned(id) }
        defer { release(below?.chainIDs ?? []) }
        guard image.chainIDs.starts(with: below?.chainIDs ?? []) else {
            throw EngineError(.badParameter, "image \(id) does not stand on \(base?.description ?? "nothing")")
        }
        let layer = try mergedLayer(from: below?.chainIDs.last, to: image.chainIDs.last)
        do throws(EngineError) {
            let config = try image.config.squashed(onto: below?.config, layer: layer?.diffID, created: created)
            return SquashedImage(config: config, layer: layer?.chainID)
        } catch {
            if let layer { release([layer.chainID]) }
            throw error
        }
    }

    /// What the stack `top` has more than `base`, as a layer that is pinned; nil for nothing. Both have to be pinned.
    private func mergedLayer(from base: Digest?, to top: Digest?) throws(EngineError) -> ImageTable.LayerRow? {
        let table = table
        guard let top, top != base, let upper = table.layers[top]?.driverID else { return nil }
        let lower = base.flatMap { table.layers[$0]?.driverID }
        let row = try makeLayer(on: base) { id in
            try WriteAhead.run(
                { [driver] in try driver.diff(id: upper, parent: lower, to: $0) },
                reading: { try driver.applyDiff(id: id, parent: lower, from: $0) })
        }
        guard CapturedLayer.isEmpty(row.diffID) else { return row }
        release([row.chainID])
        return nil
    }
}
