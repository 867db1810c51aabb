import Primitives

/// How many layers may lie on each other: what aufs could stack, and every driver since.
enum DepthLimit {
    static let parents = 127
    static let containerText = "Cannot create container with more than 127 parents"
    static let layerText = "max depth exceeded"

    static func check(parents count: Int, _ kind: LayerFolders.Kind) throws(EngineError) {
        guard count > parents else { return }
        throw EngineError(.badParameter, kind == .container ? containerText : layerText)
    }
}
