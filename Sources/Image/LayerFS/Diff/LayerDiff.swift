public import LinuxSystem
internal import Primitives

/// What a layer changed, as a tar, as a list, as a number of bytes.
///
/// Directories are descriptors of their roots; the roots' own metadata are not part of a layer. Trees in use may change
/// on the way: names that vanish are passed over.
public struct LayerDiff {
    let walk: any DifferenceWalk
    /// The tree that the layer is compared with, for `changes` and for what is left out.
    let below: FDBox?
    /// Asked for every quarter of a mebibyte that `copy` and `settle` read: an error ends them.
    public var check: @Sendable () throws -> Void = {}

    /// An overlay's upper directory. `below` is the merged view of the layers under it, which `changes` needs, and who
    /// leaves places out.
    public init(overlayUpper upper: FDBox, below: FDBox? = nil) {
        walk = OverlayWalk(upper: upper)
        self.below = below
    }

    /// Two whole trees; without `lower` everything in `upper` is new. `isSnapshot`: `upper` began as a snapshot of `lower`,
    /// so a file that is still the same has the same inode and time of change.
    public init(from lower: FDBox?, to upper: FDBox, isSnapshot: Bool = false) {
        walk = ComparisonWalk(lower: lower, upper: upper, isSnapshot: isSnapshot)
        below = lower
    }

    /// Writes an uncompressed layer tar with whiteouts. Order and bytes depend on the tree alone.
    public func write(to sink: any ByteSink) throws {
        let packer = LayerPacker(sink)
        try walk.visit { try packer.add($0) }
        try packer.finish()
    }

    /// Bytes of the regular files, at most the largest number; of files with several names, once.
    public func size() throws -> Int64 {
        var seen: Set<FileIdentity> = []
        var total: Int64 = 0
        try walk.visit { difference in
            guard case .present(let node, _, _) = difference, node.stat.kind == .regular else { return }
            if node.stat.links > 1 {
                let identity = FileIdentity(device: node.stat.device, inode: node.stat.inode)
                guard seen.insert(identity).inserted else { return }
            }
            total = total.addingClamped(node.stat.size)
        }
        return total
    }

    /// The list that `docker diff` shows, sorted by path, with the directories that something changed in.
    /// `unseen`: absolute paths that are passed over, as is that a directory was changed by making them.
    public func changes(without unseen: Set<String> = []) throws -> [Change] {
        let hidden = Set(unseen.map { RawPath(String($0.dropFirst())) })
        let touched = Set(
            hidden.compactMap { path in path.bytes.lastIndex(of: 0x2f).map { RawPath(path.bytes[..<$0]) } })
        var result: [(path: RawPath, kind: Change.Kind)] = []
        var ancestors: [RawPath] = []
        try walk.visit { difference in
            switch difference {
            case .removed(let path):
                guard !hidden.contains(path), try below == nil || stat(path) != nil else { return }
                result.append((path, .deleted))
            case .present(let node, _, let existed):
                guard !hidden.contains(node.path) else { return }
                guard let kind = try kind(of: node, existed: existed, touched: touched.contains(node.path)) else {
                    ancestors.append(node.path)
                    return
                }
                result.append((node.path, kind))
            }
        }
        let folders = Self.folders(above: result.map(\.path))
        result += ancestors.filter(folders.contains).map { ($0, .modified) }
        return result.sorted { $0.path < $1.path }.map { Change($0.kind, RawPath("/").appending($0.path)) }
    }

    /// All that paths lead through; each is looked at once.
    private static func folders(above paths: [RawPath]) -> Set<RawPath> {
        var found: Set<RawPath> = []
        for path in paths {
            var rest = path.bytes
            while let slash = rest.lastIndex(of: 0x2f), found.insert(RawPath(rest[..<slash])).inserted {
                rest = rest[..<slash]
            }
        }
        return found
    }

    /// Nil: a directory that was only copied up, which counts when something in it has changed. A walk that compares gives
    /// directories for that alone, whatever their times.
    private func kind(of node: TreeNode, existed: Bool?, touched: Bool) throws -> Change.Kind? {
        guard existed != false else { return .added }
        guard let old = try stat(node.path) else { return existed == true ? .modified : .added }
        let isOnlyCopied =
            node.stat.kind == .directory && old.kind == .directory && old.mode == node.stat.mode
            && old.uid == node.stat.uid && old.gid == node.stat.gid
            && (existed == true || touched || old.modified == node.stat.modified)
        return isOnlyCopied ? nil : .modified
    }

    private func stat(_ path: RawPath) throws -> FileStat? { try below?.statBelow(path) }
}
