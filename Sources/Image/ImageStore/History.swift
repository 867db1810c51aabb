internal import ImageModel
public import Primitives

extension ImageStore {
    /// The steps that made an image, newest first. Ids are known as far back as the parents are.
    public func history(_ name: String) throws(EngineError) -> [ImageHistoryRow] {
        let table = table
        let id = try Self.id(of: name, in: table)
        guard let row = table.images[id] else { throw Self.noSuchImage(name) }
        var sizes = row.chainIDs.map { table.layers[$0]?.size ?? 0 }
        var next: Digest? = id
        var result: [ImageHistoryRow] = []
        for (place, step) in row.config.history.enumerated().reversed() {
            // Several steps of a build may share an image: it is the last one's.
            let current = next.flatMap { (table.images[$0]?.config.history.count ?? 0) > place ? $0 : nil }
            let size = step.isEmptyLayer ? 0 : sizes.popLast() ?? 0
            result.append(
                ImageHistoryRow(
                    id: current?.description ?? "<missing>", created: step.created, createdBy: step.createdBy,
                    comment: step.comment, size: size,
                    tags: current.map { table.names(of: $0).filter { !$0.contains("@") } } ?? []))
            guard let current else { continue }
            next = table.images[current]?.parent.flatMap { table.images[$0] == nil ? nil : $0 }
        }
        return result
    }
}
