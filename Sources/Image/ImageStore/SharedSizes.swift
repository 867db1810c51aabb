public import Primitives

extension ImageStore {
    /// Of each image, the bytes in layers that another image has too. The steps that an image came from, which have no name
    /// and are only there for it, are no others.
    public func sharedSizes() -> [Digest: Int64] {
        let table = table
        let named = Set(table.tags.values)
        let steps = Set(table.images.keys.filter { !named.contains($0) && !table.children(of: $0).isEmpty })
        var users: [Digest: Int] = [:]
        for (id, row) in table.images where !steps.contains(id) {
            for layer in row.chainIDs { users[layer, default: 0] += 1 }
        }
        return Dictionary(
            uniqueKeysWithValues: table.images.map { id, row in
                let own = steps.contains(id) ? 0 : 1
                let shared = row.chainIDs.filter { users[$0, default: 0] > own }
                return (id, shared.map { table.layers[$0]?.size ?? 0 }.clampedSum)
            })
    }

    /// Bytes of each layer, by the name (`sha256:…`) of the stack that it is the top of.
    public func layerSizes() -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: table.layers.map { ($0.key.description, $0.value.size) })
    }
}
