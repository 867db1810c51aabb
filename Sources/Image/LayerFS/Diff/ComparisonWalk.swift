import LinuxSystem

/// The differences between two whole trees, `lower` being empty when nil. A directory that itself is the same is given,
/// as Docker does, when something in it has changed.
struct ComparisonWalk: DifferenceWalk {
    let lower: FDBox?
    let upper: FDBox
    /// Of `lower`: see `LayerDiff`.
    let isSnapshot: Bool

    private struct Level {
        var upper: FDBox
        var lower: FDBox?
        var path: RawPath
        /// Names of both, last first.
        var rest: [RawPath]
    }

    func visit(_ body: (TreeDifference) throws -> Void) throws {
        // Directories on the way down that have not been given: only what is below decides.
        var unchanged: [TreeNode] = []
        func emit(_ difference: TreeDifference) throws {
            for node in unchanged { try body(.present(node, isOpaque: false, existed: true)) }
            unchanged.removeAll()
            try body(difference)
        }
        var levels = [try level(upper, lower, name: ".", path: "")]
        while let last = levels.indices.last {
            guard let name = levels[last].rest.popLast() else {
                let path = levels.removeLast().path
                if unchanged.last?.path == path { unchanged.removeLast() }
                continue
            }
            let (above, below) = (levels[last].upper, levels[last].lower)
            let path = levels[last].path.appending(name)
            let old = try below?.fd.statIfPresent(name)
            guard let new = try above.fd.statIfPresent(name) else {
                if old != nil { try emit(.removed(path)) }
                continue
            }
            let node = TreeNode(path: path, parent: above, name: name, stat: new)
            let isSame = try old.map { try isUnchanged($0, node, below) } ?? false
            if !isSame {
                try emit(.present(node, isOpaque: false, existed: old != nil))
            } else if new.kind == .directory {
                unchanged.append(node)
            }
            guard new.kind == .directory else { continue }
            do {
                levels.append(try level(above, old?.kind == .directory ? below : nil, name: name, path: path))
            } catch let error as SystemError where error.errno == 2 {
                // It went while we looked, and was at most counted as one on the way down.
                if unchanged.last?.path == path { unchanged.removeLast() }
            }
        }
    }

    private func level(_ upper: FDBox, _ lower: FDBox?, name: RawPath, path: RawPath) throws -> Level {
        let upper = FDBox(try upper.fd.open(name, [.directory, .noFollow]))
        let lower = try lower.map { FDBox(try $0.fd.open(name, [.directory, .noFollow])) }
        var names = Set(try upper.fd.entries().map(\.name))
        if let lower { names.formUnion(try lower.fd.entries().map(\.name)) }
        return Level(upper: upper, lower: lower, path: path, rest: names.sorted { $0 > $1 })
    }

    private func isUnchanged(_ old: FileStat, _ node: TreeNode, _ below: FDBox?) throws -> Bool {
        let new = node.stat
        guard looksTheSame(old, new) else { return false }
        guard isSnapshot else { return try hasSameAttributes(old, node, below) }
        // Times of change are those of the kernel's clock tick, so they come after what looks the same.
        if old.inode == new.inode && old.changed == new.changed { return true }
        // Another file of the same size and time, or one that was written and had its time set back. Losing another name is
        // a change of the inode too, but not of this file.
        guard new.kind == .directory || (old.inode == new.inode && new.links < old.links) else { return false }
        return try hasSameAttributes(old, node, below)
    }

    /// Docker's rule: owner, mode, device; size and time of all but directories. A file that got another name is given with
    /// it, so that they stay one.
    private func looksTheSame(_ old: FileStat, _ new: FileStat) -> Bool {
        guard old.kind == new.kind, old.mode == new.mode, old.uid == new.uid, old.gid == new.gid,
            old.specialMajor == new.specialMajor, old.specialMinor == new.specialMinor
        else { return false }
        return old.kind == .directory
            || (old.size == new.size && old.modified == new.modified && old.links >= new.links)
    }

    private func hasSameAttributes(_ old: FileStat, _ node: TreeNode, _ below: FDBox?) throws -> Bool {
        guard let below else { return true }
        let before = TreeNode(path: node.path, parent: below, name: node.name, stat: old)
        do {
            return try before.keptAttributes() == node.keptAttributes()
        } catch  where error.errno == 2 {
            return true
        }
    }
}
