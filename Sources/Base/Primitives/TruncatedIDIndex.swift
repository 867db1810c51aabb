/// Finds ids by a unique prefix.
public struct TruncatedIDIndex: Sendable {
    public enum Match: Sendable, Hashable {
        case found(String)
        case notFound
        case ambiguous
        /// The prefix was empty.
        case empty
    }

    /// Sorted.
    private var ids: [String] = []

    public init(_ ids: some Sequence<String> = []) { self.ids = Array(Set(ids)).sorted() }

    public var count: Int { ids.count }

    /// Adds an id; one that is there already is left alone.
    public mutating func insert(_ id: String) {
        let position = lowerBound(id)
        if position == ids.count || ids[position] != id { ids.insert(id, at: position) }
    }

    public mutating func remove(_ id: String) {
        let position = lowerBound(id)
        if position < ids.count, ids[position] == id { ids.remove(at: position) }
    }

    /// The id that begins with `prefix`; a full id is found even when another one continues it.
    public func lookup(_ prefix: String) -> Match {
        guard !prefix.isEmpty else { return .empty }
        let position = lowerBound(prefix)
        guard position < ids.count, ids[position].hasPrefix(prefix) else { return .notFound }
        let isExact = ids[position] == prefix
        if !isExact, position + 1 < ids.count, ids[position + 1].hasPrefix(prefix) { return .ambiguous }
        return .found(ids[position])
    }

    private func lowerBound(_ text: String) -> Int {
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < text { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
