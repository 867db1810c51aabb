internal import ImageModel
public import Primitives

extension ImageStore {
    /// The steps that made an image, newest first. Ids are known as far back as the parents are.
    public func history(_ name: String) throws(EngineError) -> [ImageHistoryRow] {
        let table = table
        let id = try Self.id(of: name, in: table)
        guard let row = table.images[id] else { throw Self.noSuchImage(name) }
        var sizes = row.chainIDs.map { table.layers[$0]?.size ?? 0 }
        var current: Digest? = id
        var result: [ImageHistoryRow] = []
        for step in row.config.history.reversed() {
            let size = step.isEmptyLayer ? 0 : sizes.popLast() ?? 0
            result.append(
                ImageHistoryRow(
                    id: current?.description ?? "<missing>", created: step.created, createdBy: step.createdBy,
                    comment: step.comment, size: size,
                    tags: current.map { table.names(of: $0).filter { !$0.contains("@") } } ?? []))
            current = current.flatMap { table.images[$0]?.parent }.flatMap { table.images[$0] == nil ? nil : $0 }
        }
        return result
    }
}
