public import Primitives

/// The name of a stack of layers (OCI image-spec, config.md, "Layer ChainID").
public enum ChainID {
    /// The names of all stacks that `diffIDs` (root first) build up, root first.
    public static func chain(_ diffIDs: [Digest]) -> [Digest] {
        var result: [Digest] = []
        for diffID in diffIDs { result.append(next(diffID, on: result.last)) }
        return result
    }

    /// The name of the stack that has the layer `diffID` on top of `parent`.
    public static func next(_ diffID: Digest, on parent: Digest?) -> Digest {
        guard let parent else { return diffID }
        return .sha256(of: "\(parent) \(diffID)".utf8)
    }
}
