public import LayerFS
import LinuxSystem
public import Primitives

/// Every layer is a full copy of the one below it, with its own changes made: slow and large, and works everywhere.
///
/// ```
/// <root>/vfs/<id>/tree     all files
///                 recipe   of layers that came as a tar: how to make it again
/// ```
public final class VFSDriver: GraphDriver {
    public let name = "vfs"
    private let folders: LayerFolders
    private let trees: WholeTrees

    /// Opens or makes `<root>/vfs`. Errors: `EngineError` (`badParameter`) for an option.
    public convenience init(root: String) throws { try self.init(root: root, options: DriverOptions([])) }

    init(root: String, options: DriverOptions) throws {
        try VFSOptions.check(options)
        folders = try LayerFolders(path: root + "/vfs")
        trees = WholeTrees(folders: folders, areSnapshots: false)
    }

    public func create(id: String, parent: String?) throws { try make(id, parent, .image) { _ in } }

    public func createWritable(id: String, parent: String?, options: [String: String]) throws {
        try VFSOptions.check(container: options)
        try make(id, parent, .container) { _ in }
    }

    /// The layer is a copy of all files below it.
    public func sync(id: String) throws { try folders.root.fd.syncFileSystem() }

    private func make<Result>(
        _ id: String, _ parent: String?, _ kind: LayerFolders.Kind, fill: (LayerRoots) throws -> Result
    ) throws -> Result {
        try trees.checkDepth(above: parent, kind)
        return try folders.make(
            id, parent: parent, kind: kind,
            fill: { folder in
                let tree = try LayerFolders.makeTree("tree", in: folder, like: nil)
                if let parent { try TreeCopy.copy(from: try folders.open(parent, "tree").fd, to: tree.fd) }
                return try fill(LayerRoots(folder: folder, tree: tree, trash: folders.trash))
            })
    }

    public func remove(id: String) throws { try folders.remove(id) }
    public func emptyTrash() -> Bool { folders.trash.empty() }
    public func whenFull(_ giveUp: @escaping @Sendable () -> Void) { folders.trash.whenFull(giveUp) }
    public func exists(id: String) -> Bool { folders.exists(id) }
    public func ids() throws -> [String] { try folders.ids() }
    public func status() -> [(String, String)] { [] }
    public func mounts(id: String) throws -> [Mount] { try trees.mounts(id) }

    public func applyDiff(id: String, parent: String?, from source: any ByteSource) throws -> LayerApplied {
        try make(id, parent, .image) { try $0.apply(source, .copyLayer) }
    }

    public func capture(
        _ container: String, as id: String, _ mode: CaptureMode, without unseen: Set<String>,
        check: @escaping @Sendable () throws -> Void
    ) throws -> LayerApplied {
        let parent = try folders.parent(ofContainer: container)
        try trees.checkDepth(above: parent, .image)
        let (source, below) = (
            try folders.open(container, "tree"), try parent.map { try folders.open($0, "tree") }
        )
        let difference = { (tree: FDBox) in
            var difference = LayerDiff(from: below, to: tree)
            difference.check = check
            return difference
        }
        return try folders.make(
            id, parent: parent, kind: .image,
            fill: { folder in
                guard mode == .consuming else {
                    let tree = try LayerFolders.makeTree("tree", in: folder, like: nil)
                    try TreeCopy.copy(from: source.fd, to: tree.fd)
                    return try difference(tree).settle(without: unseen)
                }
                let applied = try difference(source).settle(without: unseen)
                try folders.moveTree("tree", of: container, into: folder)
                return applied
            })
    }

    public func diff(id: String, parent: String?, to sink: any ByteSink) throws {
        try trees.writeDiff(id, parent, to: sink)
    }

    public func changes(id: String, parent: String?, without unseen: Set<String>) throws -> [Change] {
        try trees.difference(id, parent).changes(without: unseen)
    }

    public func diffSize(id: String, parent: String?) throws -> Int64 { try trees.difference(id, parent).size() }
}
