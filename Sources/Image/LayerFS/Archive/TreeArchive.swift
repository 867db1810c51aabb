public import LinuxSystem

/// Archives of files as they are, for whoever wants to have them elsewhere.
public enum TreeArchive {
    /// Writes a tar of one entry of a directory with all that is below it; its name in the archive is `newName`, and
    /// others begin with that. With `name` `.` it is the directory itself. Links are packed, not followed.
    ///
    /// The tree may be in use, by somebody hostile too: each name is opened from the directory above it, only regular
    /// files are opened at all, and what vanishes on the way is passed over. Files of the kernel (`/proc`, `/sys`) are left out.
    /// Times are whole seconds, as in Docker's.
    public static func write(
        _ name: RawPath, of parent: FDBox, as newName: RawPath, to sink: any ByteSink
    ) throws {
        let packer = LayerPacker(sink, pinsFiles: true)
        try SubtreeWalk(parent: parent, name: name, newName: newName).visit { try packer.add($0) }
        try packer.finish()
    }
}

/// One entry of a directory, and everything below it.
struct SubtreeWalk: DifferenceWalk {
    let parent: FDBox
    let name: RawPath
    let newName: RawPath

    private struct Level {
        var directory: FDBox
        var device: UInt64
        var path: RawPath
        /// Last first.
        var rest: [RawPath]
    }

    func visit(_ body: (TreeDifference) throws -> Void) throws {
        guard let stat = try parent.fd.statIfPresent(name) else { return }
        var levels: [Level] = []
        func take(_ node: TreeNode, on device: UInt64?) throws {
            var node = node
            node.stat.modified.nanoseconds = 0
            try body(.present(node, isOpaque: false, existed: false))
            if node.stat.kind == .directory, let level = try level(node, on: device) { levels.append(level) }
        }
        try take(TreeNode(path: newName, parent: parent, name: name, stat: stat), on: nil)
        while let last = levels.indices.last {
            guard let name = levels[last].rest.popLast() else {
                levels.removeLast()
                continue
            }
            let level = levels[last]
            guard let stat = try level.directory.fd.statIfPresent(name) else { continue }
            let path = level.path.appending(name)
            try take(TreeNode(path: path, parent: level.directory, name: name, stat: stat), on: level.device)
        }
    }

    /// Nil for a directory that has gone, or that is the kernel's own.
    private func level(_ node: TreeNode, on device: UInt64?) throws -> Level? {
        do {
            let directory = FDBox(try node.parent.fd.open(node.name, [.directory, .noFollow]))
            let stat = try directory.fd.stat()
            if stat.device != device, try Self.kernels.contains(directory.fd.fileSystem().type & 0xffff_ffff) {
                return nil
            }
            let names = try directory.fd.entries().map(\.name).sorted { $0 > $1 }
            return Level(directory: directory, device: stat.device, path: node.path, rest: names)
        } catch {
            // ENOENT, ENOTDIR, ELOOP: something else has its name now.
            guard [2, 20, 40].contains(error.errno) else { throw error.about(node.path.string) }
            return nil
        }
    }

    /// proc, sysfs, cgroup, cgroup2, devpts, mqueue, debugfs, tracefs, securityfs, bpf (`statfs(2)`).
    private static let kernels: Set<Int64> = [
        0x9fa0, 0x6265_6572, 0x27_e0eb, 0x6367_7270, 0x1cd1, 0x1980_0202, 0x6462_6720, 0x7472_6163, 0x7363_6673,
        0xcafe_4a11,
    ]
}
