public import ImageModel
public import Primitives

extension ImageStore {
    /// Makes an image of a config whose layers are all here, and gives it names. An image that is here already only
    /// gets the names. Errors: `badParameter` when a layer is missing.
    @discardableResult
    public func register(
        _ config: ImageConfig, parent: Digest? = nil, names: [ImageReference] = [], keptIn kept: KeptImages? = nil
    ) throws(EngineError) -> Image {
        try register(config, parent: parent, names: names, isBuiltHere: false, keptIn: kept)
    }

    /// The same, with what else belongs into its transaction.
    func register(
        _ config: ImageConfig, parent: Digest? = nil, names: [ImageReference], isBuiltHere: Bool = false,
        keptIn kept: KeptImages? = nil,
        _ more: (inout ImageTable) -> Void = { _ in }
    ) throws(EngineError) -> Image {
        let id = config.id
        let chainIDs = config.chainIDs
        let image = try change { table -> Image? in
            if let missing = chainIDs.first(where: { table.layers[$0] == nil }) {
                throw EngineError(.badParameter, "image \(id) needs layer \(missing), which is not here")
            }
            var row = table.images[id] ?? .init(config: config, chainIDs: chainIDs, parent: nil, tagged: nil)
            if table.images[id] == nil { try folder.writeBlob(id, config.bytes) }
            if let parent, parent != id { row.parent = row.parent ?? parent }
            if isBuiltHere { row.isBuiltHere = true }
            if !names.isEmpty { row.tagged = .now() }
            table.put(image: id, row)
            for name in names { table.put(tag: Self.key(name), id) }
            kept?.insert(id)
            more(&table)
            return table.image(id)
        }
        guard let image else { throw EngineError(.internal, "image \(id) is gone") }
        return image
    }
}
