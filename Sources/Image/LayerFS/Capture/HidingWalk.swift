import LinuxSystem

/// A walk without places that were made for mounts to lie on, and without the directories that only lead to such.
struct HidingWalk: DifferenceWalk {
    private let walk: any DifferenceWalk
    private let below: FDBox?
    private let hidden: Set<RawPath>
    /// Directories on the way to a hidden place.
    private let leading: Set<RawPath>
    /// Called with what the walk leaves out and what is not known to be below, a directory after what is in it.
    private let dropped: (TreeNode) -> Void

    /// `places` are absolute. `below` is what the walk compares with, nil when there is nothing.
    init(
        _ walk: any DifferenceWalk, below: FDBox?, without places: Set<String>,
        dropped: @escaping (TreeNode) -> Void = { _ in }
    ) {
        self.walk = walk
        self.below = below
        hidden = Set(places.map { RawPath(String($0.drop { $0 == "/" })) })
        leading = hidden.reduce(into: []) { leading, path in
            var path = path.parentPath
            while !path.isEmpty {
                leading.insert(path)
                path = path.parentPath
            }
        }
        self.dropped = dropped
    }

    func visit(_ body: (TreeDifference) throws -> Void) throws {
        // Directories that show only if something in them does.
        var waiting: [(node: TreeNode, existed: Bool?)] = []
        func leave(for path: RawPath?) {
            while let last = waiting.last, !(path.map { $0.bytes.starts(with: last.node.path.bytes + [0x2f]) } ?? false)
            {
                waiting.removeLast()
                if last.existed != true { dropped(last.node) }
            }
        }
        func give(_ difference: TreeDifference) throws {
            for (node, existed) in waiting { try body(.present(node, isOpaque: false, existed: existed)) }
            waiting.removeAll()
            try body(difference)
        }
        try walk.visit { difference in
            guard case .present(let node, let isOpaque, let existed) = difference else {
                if case .removed(let path) = difference { leave(for: path) }
                return try give(difference)
            }
            leave(for: node.path)
            if node.stat.kind == .directory, !isOpaque, try mayBeDropped(node) {
                waiting.append((node, existed))
            } else if hidden.contains(node.path), node.stat.kind != .directory, existed != true {
                dropped(node)
            } else {
                try give(difference)
            }
        }
        leave(for: nil)
    }

    private func mayBeDropped(_ node: TreeNode) throws -> Bool {
        if hidden.contains(node.path) { return true }
        guard leading.contains(node.path) else { return false }
        // Whoever changed the directory itself wants to keep that.
        guard let below, let old = try below.statBelow(node.path) else { return true }
        return old.kind == .directory && old.mode == node.stat.mode && old.uid == node.stat.uid
            && old.gid == node.stat.gid
    }
}

extension FDBox {
    /// Nil when there is no such entry; no link is followed.
    func statBelow(_ path: RawPath) throws(SystemError) -> FileStat? {
        do {
            return try fd.open(path, [.path, .noFollow], resolve: [.beneath, .noSymbolicLinks]).stat()
        } catch {
            // ENOENT, ENOTDIR, ELOOP
            guard error.errno == 2 || error.errno == 20 || error.errno == 40 else { throw error }
            return nil
        }
    }
}
