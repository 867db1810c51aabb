import LayerFS
import LinuxSystem
import Primitives

/// Layers that hold all files in `tree`, those of the layers below among them: what drivers that do not stack do alike.
struct WholeTrees {
    let folders: LayerFolders
    /// A layer's tree begins as a snapshot of its parent's: the same inodes.
    let areSnapshots: Bool

    func checkDepth(above parent: String?, _ kind: LayerFolders.Kind) throws {
        var (count, next) = (0, parent)
        while let id = next, count <= DepthLimit.parents { (count, next) = (count + 1, try folders.parent(id)) }
        try DepthLimit.check(parents: count, kind)
    }

    func mounts(_ id: String) throws -> [Mount] {
        let access = try folders.kind(id) == .container ? "rw" : "ro"
        return [Mount(type: "bind", source: "\(folders.path)/\(id)/tree", options: ["rbind", access])]
    }

    func writeDiff(_ id: String, _ parent: String?, to sink: any ByteSink) throws {
        if try parent == folders.parent(id), let recipe = try folders.recipe(id) {
            return try LayerArchive.repack(recipe, from: folders.open(id, "tree"), to: sink)
        }
        try difference(id, parent).write(to: sink)
    }

    func difference(_ id: String, _ parent: String?) throws -> LayerDiff {
        let isOwn = try areSnapshots && parent == folders.parent(id)
        return LayerDiff(
            from: try parent.map { try folders.open($0, "tree") }, to: try folders.open(id, "tree"), isSnapshot: isOwn)
    }
}
