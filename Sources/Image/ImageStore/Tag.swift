public import Primitives

extension ImageStore {
    /// Gives an image a name, taking it away from another image if need be, and says which one that was.
    /// `latest` is added where there is neither tag nor digest.
    @discardableResult
    public func tag(_ id: Digest, as reference: ImageReference) throws(EngineError) -> Digest? {
        try change { table in
            guard var row = table.images[id] else { throw EngineError(.notFound, "No such image: \(id)") }
            let key = Self.key(reference)
            let old = table.tags[key]
            row.tagged = .now()
            table.put(image: id, row)
            table.put(tag: key, id)
            return old == id ? nil : old
        }
    }

    /// Takes a name away; the image stays. False when there was no such name.
    @discardableResult
    public func untag(_ reference: ImageReference) throws(EngineError) -> Bool {
        try change { table in
            let key = Self.key(reference)
            guard table.tags[key] != nil else { return false }
            table.removeTag(key)
            return true
        }
    }
}
