internal import Primitives

/// What a prune call took away.
struct Pruned {
    /// `Deleted Images`
    var title: String
    var lines: [String]
    /// Bytes.
    var reclaimed: Int64 = 0

    /// With an empty line at its end; nil when nothing was taken away.
    var text: String? { lines.isEmpty ? nil : ([title + ":"] + lines).joined(separator: "\n") + "\n" }
}

extension Invocation {
    /// The screen of a prune of one kind.
    func show(_ pruned: Pruned) {
        if let text = pruned.text { console.print(text) }
        console.print("Total reclaimed space: \(ByteCount(pruned.reclaimed).decimal(spaced: false))")
    }
}
