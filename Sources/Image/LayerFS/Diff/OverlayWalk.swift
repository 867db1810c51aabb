import LinuxSystem

/// The differences that an overlay's upper directory records by itself: no other layer is looked at.
struct OverlayWalk: DifferenceWalk {
    let upper: FDBox

    private struct Level {
        var directory: FDBox
        var path: RawPath
        /// Last first, so that the next is taken from the end.
        var rest: [DirectoryEntry]
    }

    func visit(_ body: (TreeDifference) throws -> Void) throws {
        var levels = [try level(FDBox(try upper.fd.open(".", [.directory])), "")]
        while let last = levels.indices.last {
            guard let entry = levels[last].rest.popLast() else {
                levels.removeLast()
                continue
            }
            let (parent, path) = (levels[last].directory, levels[last].path.appending(entry.name))
            // A container may be running: names come and go.
            guard let stat = try parent.fd.statIfPresent(entry.name) else { continue }
            if stat.isWhiteout {
                try body(.removed(path))
                continue
            }
            let node = TreeNode(path: path, parent: parent, name: entry.name, stat: stat)
            guard stat.kind == .directory else {
                try body(.present(node, isOpaque: false, existed: nil))
                continue
            }
            let opaque = try parent.fd.attribute("trusted.overlay.opaque", of: entry.name) == [UInt8(ascii: "y")]
            try body(.present(node, isOpaque: opaque, existed: nil))
            levels.append(try level(FDBox(try parent.fd.open(entry.name, [.directory, .noFollow])), path))
        }
    }

    private func level(_ directory: FDBox, _ path: RawPath) throws -> Level {
        Level(directory: directory, path: path, rest: try directory.fd.entries().sorted { $0.name > $1.name })
    }
}
