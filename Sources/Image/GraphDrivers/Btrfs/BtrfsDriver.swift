public import LayerFS
import LinuxSystem
public import Primitives

/// Every layer is a subvolume of btrfs, made as a snapshot of the one below it.
///
/// ```
/// <root>/btrfs/<id>/tree     a subvolume: all files
///                   recipe   of layers that came as a tar: how to make it again
/// ```
/// What a layer changed is found by comparing it with its parent. That is exact, and cheaper than reading: what has the same
/// inode and the same time of change is the same.
public final class BtrfsDriver: GraphDriver {
    public let name = "btrfs"
    private let folders: LayerFolders
    private let trees: WholeTrees
    /// What `--storage-opt size=` has to ask for at least.
    private let minimumSize: ByteCount

    /// Opens or makes `<root>/btrfs` and makes sure that subvolumes can be made and removed there. Errors: `EngineError`
    /// (`notImplemented`) where they can't, (`badParameter`) for an option.
    public convenience init(root: String) throws { try self.init(root: root, options: DriverOptions([])) }

    init(root: String, options: DriverOptions) throws {
        let settings = try BtrfsOptions(options)
        minimumSize = settings.minimumSize
        try BtrfsProbe.checkFileSystem(root + "/btrfs")
        folders = try LayerFolders(path: root + "/btrfs", emptying: Self.empty)
        trees = WholeTrees(folders: folders, areSnapshots: true)
        try BtrfsProbe.run(in: folders)
        if minimumSize.bytes > 0 { try folders.root.fd.enableSubvolumeAccounts() }
    }

    /// A layer that was not finished may have no subvolume yet.
    private static func empty(_ folder: FDBox) throws {
        guard try folder.fd.statIfPresent("tree")?.inode == FD.subvolumeInode else { return }
        try folder.fd.removeSubvolume("tree")
    }

    public func create(id: String, parent: String?) throws { try make(id, parent, .image) { _ in } }

    public func createWritable(id: String, parent: String?, options: [String: String]) throws {
        let size = try BtrfsOptions.size(options, minimum: minimumSize)
        try make(id, parent, .container) { roots in
            if let size { try roots.tree.fd.limitSubvolume(to: UInt64(size.bytes)) }
        }
    }

    /// A snapshot is on disk when it is made.
    public func sync(id: String) throws { try folders.sync(id) }

    private func make<Result>(
        _ id: String, _ parent: String?, _ kind: LayerFolders.Kind, fill: (LayerRoots) throws -> Result
    ) throws -> Result {
        try trees.checkDepth(above: parent, kind)
        return try folders.make(
            id, parent: parent, kind: kind,
            fill: { folder in
                if let parent {
                    try folder.fd.makeSnapshot("tree", of: folders.open(parent, "tree").fd)
                } else {
                    try folder.fd.makeSubvolume("tree")
                }
                return try fill(
                    LayerRoots(
                        folder: folder, tree: FDBox(try folder.fd.open("tree", [.directory])), trash: folders.trash))
            })
    }

    public func remove(id: String) throws { try folders.remove(id) }
    public func emptyTrash() -> Bool { folders.trash.empty() }
    public func whenFull(_ giveUp: @escaping @Sendable () -> Void) { folders.trash.whenFull(giveUp) }
    public func exists(id: String) -> Bool { folders.exists(id) }
    public func ids() throws -> [String] { try folders.ids() }
    public func status() -> [(String, String)] { [("Btrfs", "")] }
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
        // A layer that others are made of has no subvolumes in it: they would find empty directories.
        let nested = try source.fd.subvolumes()
        let difference = { (tree: FDBox) in
            var difference = LayerDiff(from: below, to: tree, isSnapshot: true)
            difference.check = check
            return difference
        }
        return try folders.make(
            id, parent: parent, kind: .image,
            fill: { folder in
                guard mode == .consuming, nested.isEmpty else {
                    try folder.fd.makeSnapshot("tree", of: source.fd)
                    let tree = FDBox(try folder.fd.open("tree", [.directory]))
                    for path in nested { try Self.copySubvolume(path, from: source, to: tree) }
                    return try difference(tree).settle(without: unseen)
                }
                let applied = try difference(source).settle(without: unseen)
                try folders.moveTree("tree", of: container, into: folder)
                return applied
            })
    }

    /// In place of the empty directory that a snapshot has for it.
    private static func copySubvolume(_ path: RawPath, from source: FDBox, to tree: FDBox) throws {
        let resolve: ResolveFlags = [.beneath, .noSymbolicLinks]
        let name = path.bytes.split(separator: 0x2f).last.map { RawPath($0) } ?? path
        let above = RawPath(path.bytes.dropLast(name.count))
        let parent = try tree.fd.open(above.isEmpty ? "." : above, [.directory], resolve: resolve)
        let before = try parent.stat()
        try parent.removeDirectory(name)
        try parent.makeDirectory(name, mode: 0o700)
        try TreeCopy.copy(
            from: try source.fd.open(path, [.directory], resolve: resolve), to: try parent.open(name, [.directory]))
        try parent.setTimes(accessed: before.modified, modified: before.modified)
    }

    public func diff(id: String, parent: String?, to sink: any ByteSink) throws {
        try trees.writeDiff(id, parent, to: sink)
    }

    public func changes(id: String, parent: String?, without unseen: Set<String>) throws -> [Change] {
        try trees.difference(id, parent).changes(without: unseen)
    }

    public func diffSize(id: String, parent: String?) throws -> Int64 { try trees.difference(id, parent).size() }
}
