public import LayerFS
import LinuxSystem
public import Primitives

/// Layers are directories that the kernel stacks (`overlay`, Linux 4.0 and later).
///
/// ```
/// <root>/overlay/l/<short>    -> ../<id>/diff: 127 of them have to fit where the kernel takes their names
/// <root>/overlay/<id>/diff    what the layer adds, and whiteouts in the kernel's form
///                     link    the short name
///                     lower   short names of all below, the nearest first, separated by ":"
///                     work    of writable layers, for the kernel
///                     recipe  of layers that came as a tar: how to make it again
/// ```
public final class OverlayDriver: GraphDriver {
    public let name = "overlay"
    private let folders: LayerFolders
    private let links: OverlayLinks
    private let options: [String]
    private let backing: String
    /// What the log should tell of the options.
    let notices: [String]

    /// Opens or makes `<root>/overlay` and makes sure, with a real mount, that the kernel and the file system under it
    /// can do it. Errors: `EngineError` (`notImplemented`) that says what they cannot, (`badParameter`) for an option.
    public convenience init(root: String) throws { try self.init(root: root, options: DriverOptions([])) }

    init(root: String, options settings: DriverOptions) throws {
        backing = BackingFileSystem.name(try BackingFileSystem.type(of: root + "/overlay"))
        notices = try OverlayOptions.check(settings, backing: backing)
        folders = try LayerFolders(path: root + "/overlay")
        options = OverlayProbe.mountOptions()
        try OverlayProbe.run(in: folders, backing: backing, options: options)
        links = try OverlayLinks(folders)
    }

    public func create(id: String, parent: String?) throws { try make(id, parent, .image) { _ in } }

    public func createWritable(id: String, parent: String?, options: [String: String]) throws {
        try OverlayOptions.check(container: options)
        try make(id, parent, .container) { _ in }
    }

    public func sync(id: String) throws {
        try folders.sync(id)
        try links.sync()
    }

    private func make<Result>(
        _ id: String, _ parent: String?, _ kind: LayerFolders.Kind, fill: (LayerRoots) throws -> Result
    ) throws -> Result {
        let like = try parent.map { try folders.open($0, "diff").fd.stat() }
        return try makeFolder(id, parent, kind) { folder in
            let diff = try LayerFolders.makeTree("diff", in: folder, like: like)
            if kind == .container { try folder.fd.makeDirectory("work", mode: 0o700) }
            return try fill(LayerRoots(folder: folder, tree: diff, trash: folders.trash))
        }
    }

    /// `fill` sees to `diff`.
    private func makeFolder<Result>(
        _ id: String, _ parent: String?, _ kind: LayerFolders.Kind, fill: (FDBox) throws -> Result
    ) throws -> Result {
        let lower = try parent.map { try lowerLinks(under: $0) } ?? []
        try DepthLimit.check(parents: lower.count, kind)
        let link = OverlayLinks.randomName()
        return try folders.make(
            id, parent: parent, kind: kind,
            fill: { folder in
                try LayerFolders.write(link, to: "link", in: folder)
                if !lower.isEmpty { try LayerFolders.write(lower.joined(separator: ":"), to: "lower", in: folder) }
                return try fill(folder)
            }, beforeRename: { try links.make(link, to: id) })
    }

    /// The layer itself and all below it.
    private func lowerLinks(under id: String) throws -> [String] {
        _ = try folders.kind(id)
        guard let link = try folders.read("link", of: id) else {
            throw EngineError(.internal, "layer \(id) has no link file")
        }
        let lower = try folders.read("lower", of: id) ?? ""
        return [link] + lower.split(separator: ":").map(String.init)
    }

    public func remove(id: String) throws {
        try LayerID.check(id)
        let link = try folders.read("link", of: id)
        try folders.remove(id)
        if let link { try links.remove(link) }
    }

    public func emptyTrash() -> Bool { folders.trash.empty() }
    public func whenFull(_ giveUp: @escaping @Sendable () -> Void) { folders.trash.whenFull(giveUp) }
    public func exists(id: String) -> Bool { folders.exists(id) }
    public func ids() throws -> [String] { try folders.ids() }

    public func status() -> [(String, String)] {
        [
            ("Backing Filesystem", backing), ("Supports d_type", "true"), ("Using metacopy", "false"),
            ("Native Overlay Diff", "true"), ("userxattr", "false"),
        ]
    }

    public func mounts(id: String) throws -> [Mount] {
        let layers = try lowerLinks(under: id)
        let isWritable = try folders.kind(id) == .container
        guard layers.count > 1 else {
            let access = isWritable ? "rw" : "ro"
            return [Mount(type: "bind", source: "\(folders.path)/\(id)/diff", options: ["rbind", access])]
        }
        guard isWritable else { return [readOnlyMount(layers)] }
        let paths = [
            "lowerdir=" + lowerPaths(layers.dropFirst()), "upperdir=\(folders.path)/\(id)/diff",
            "workdir=\(folders.path)/\(id)/work",
        ]
        return [Mount(type: "overlay", source: "overlay", options: paths + options)]
    }

    private func readOnlyMount(_ layers: [String]) -> Mount {
        Mount(type: "overlay", source: "overlay", options: ["ro", "lowerdir=" + lowerPaths(layers[...])] + options)
    }

    private func lowerPaths(_ links: ArraySlice<String>) -> String {
        links.map { "\(folders.path)/l/\($0)" }.joined(separator: ":")
    }

    public func applyDiff(id: String, parent: String?, from source: any ByteSource) throws -> LayerApplied {
        try make(id, parent, .image) { try $0.apply(source, .overlayLayer) }
    }

    public func capture(
        _ container: String, as id: String, _ mode: CaptureMode, without unseen: Set<String>,
        check: @escaping @Sendable () throws -> Void
    ) throws -> LayerApplied {
        let parent = try folders.parent(ofContainer: container)
        var difference = try difference(container, parent, needsBelow: true)
        difference.check = check
        guard mode == .consuming else {
            return try make(id, parent, .image) { try difference.copy(into: $0.tree, without: unseen) }
        }
        return try makeFolder(id, parent, .image) { folder in
            let applied = try difference.settle(without: unseen)
            try folders.moveTree("diff", of: container, into: folder)
            return applied
        }
    }

    public func share(_ layer: String, as id: String, parent: String?) throws -> Bool {
        let source = try folders.open(layer, "diff")
        try make(id, parent, .image) { roots in
            // A layer that came as a tar: a second one may be in another order.
            if let recipe = try folders.open(layer, ".").fd.statIfPresent("recipe"), recipe.kind == .regular {
                try folders.open(layer, ".").fd.link("recipe", into: roots.folder.fd, as: "recipe")
            }
            try TreeCopy.copy(from: source.fd, to: roots.tree.fd, sharing: true)
        }
        return true
    }

    public func diff(id: String, parent: String?, to sink: any ByteSink) throws {
        if try parent == folders.parent(id), let recipe = try folders.recipe(id) {
            return try LayerArchive.repack(recipe, from: folders.open(id, "diff"), to: sink)
        }
        try difference(id, parent, needsBelow: false).write(to: sink)
    }

    public func changes(id: String, parent: String?, without unseen: Set<String>) throws -> [Change] {
        try difference(id, parent, needsBelow: true).changes(without: unseen)
    }

    public func diffSize(id: String, parent: String?) throws -> Int64 {
        try difference(id, parent, needsBelow: false).size()
    }

    /// Against its own parent the layer knows its changes; against any other, merged views are compared.
    private func difference(_ id: String, _ parent: String?, needsBelow: Bool) throws -> LayerDiff {
        let own = try folders.parent(id)
        guard let own, own == parent else {
            return LayerDiff(from: try parent.map(view), to: try view(id))
        }
        return LayerDiff(overlayUpper: try folders.open(id, "diff"), below: needsBelow ? try view(own) : nil)
    }

    /// A read-only view of the layer with all below it, mounted nowhere. Of a writable layer too: its upper directory
    /// stands as one more lower one, so that the container's own mount is not disturbed.
    private func view(_ id: String) throws -> FDBox {
        let layers = try lowerLinks(under: id)
        guard layers.count > 1 else { return try folders.open(id, "diff") }
        let mount = readOnlyMount(layers)
        let root = try DetachedMount.make(type: mount.type, source: mount.source, options: mount.options)
        // The mount's own descriptor is O_PATH; a directory opened in it keeps the mount.
        return FDBox(try root.open(".", [.directory]))
    }
}
