public import Primitives

extension ImageStore {
    /// Of each image, the bytes in layers that another image has too.
    public func sharedSizes() -> [Digest: Int64] {
        let table = table
        var users: [Digest: Int] = [:]
        for row in table.images.values { for layer in row.chainIDs { users[layer, default: 0] += 1 } }
        return table.images.mapValues { row in
            row.chainIDs.filter { users[$0, default: 0] > 1 }.reduce(0) { $0 + (table.layers[$1]?.size ?? 0) }
        }
    }

    /// Bytes of each layer, by the name (`sha256:…`) of the stack that it is the top of.
    public func layerSizes() -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: table.layers.map { ($0.key.description, $0.value.size) })
    }
}
