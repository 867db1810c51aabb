internal import Dockerfile
internal import LinuxSystem
internal import Primitives

/// Takes away from a context's folder what ignore rules leave out.
enum ContextPruning {
    private struct Level {
        var folder: FDBox
        /// In the folder above.
        var name: RawPath
        var path: String
        var trail: IgnoreRules.Trail
        var rest: [DirectoryEntry]
    }

    /// A folder that is left out stays as long as it holds something that is not. Errors: those of the disk.
    static func prune(_ root: FDBox, by rules: IgnoreRules) throws {
        guard !rules.isEmpty else { return }
        var levels = [try level(root.fd.open(".", [.directory]), RawPath(""), "", rules.top)]
        while let last = levels.indices.last {
            guard let next = levels[last].rest.popLast() else {
                let done = levels.removeLast()
                if done.trail.isIgnored, let above = levels.last { removeIfEmpty(done.name, in: above.folder) }
                continue
            }
            let (folder, prefix) = (levels[last].folder, levels[last].path)
            let path = prefix.isEmpty ? next.name.string : prefix + "/" + next.name.string
            let trail = rules.trail(path, in: levels[last].trail)
            let isFolder = try folder.fd.stat(next.name).kind == .directory
            if trail.isIgnored && !(isFolder && rules.hasExceptions) {
                try folder.fd.removeTree(next.name)
            } else if isFolder {
                levels.append(try level(folder.fd.open(next.name, [.directory, .noFollow]), next.name, path, trail))
            }
        }
    }

    private static func level(
        _ folder: consuming FD, _ name: RawPath, _ path: String, _ trail: IgnoreRules.Trail
    ) throws -> Level {
        let rest = try folder.entries()
        return Level(folder: FDBox(folder), name: name, path: path, trail: trail, rest: rest)
    }

    private static func removeIfEmpty(_ name: RawPath, in folder: FDBox) {
        // ENOTEMPTY is the other case.
        try? folder.fd.removeDirectory(name)
    }

    /// Removes one file, and the folders above it that are left out as well and now empty. No link on the way leads out of
    /// the root; one at its end goes itself.
    static func remove(_ path: String, and rules: IgnoreRules, below root: FDBox) throws {
        var parts = SlashPath.clean("/" + path).split(separator: "/")
        guard let name = parts.popLast() else { return }
        try folder(parts, below: root).fd.removeTree(RawPath(String(name)))
        while let last = parts.popLast(), rules.ignores((parts + [last]).joined(separator: "/")) {
            removeIfEmpty(RawPath(String(last)), in: try folder(parts, below: root))
        }
    }

    private static func folder(_ parts: [Substring], below root: FDBox) throws -> FDBox {
        let path = parts.isEmpty ? "." : parts.joined(separator: "/")
        return FDBox(try root.fd.open(RawPath(path), [.directory], resolve: [.inRoot, .noMagicLinks]))
    }
}
