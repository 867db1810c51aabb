internal import OrderedJSON
public import Primitives

extension ImageConfig {
    /// The config of an image whose layers above those of `base` have become one; `layer` is nil when there is none.
    ///
    /// As Docker writes it (moby: daemon/images/image_squash.go): what was built on the base has no layers of its own any more,
    /// and one more entry, without a command, has the merged one. Errors: `badParameter` for a base that has more layers.
    public func squashed(
        onto base: ImageConfig?, layer: Digest?, created: Timestamp
    ) throws(EngineError) -> ImageConfig {
        let steps = history.enumerated().map { place, entry in
            var entry = entry
            if place >= base?.history.count ?? 0 { entry.isEmptyLayer = true }
            return entry
        }
        let comment = base.map { "merge \(id) to \($0.id)" } ?? "create new from \(id)"
        let merge = ImageHistoryEntry(created: created, comment: comment, isEmptyLayer: layer == nil)
        let diffIDs = (base?.diffIDs ?? []) + [layer].compactMap(\.self)
        var json = json
        json["created"] = .string(created.description)
        json["history"] = .array((steps + [merge]).map(\.json))
        json["rootfs"] = ["type": "layers", "diff_ids": .array(diffIDs.map { .string($0.description) })]
        return try ImageConfig(parsing: JSONValue.object(json).serialized(.goCompact))
    }
}
