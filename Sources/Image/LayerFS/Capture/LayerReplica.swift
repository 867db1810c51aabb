import LinuxSystem
import Primitives
import TarCodec

/// A copy of a layer in the making, in the form of an overlay's upper directory: removals are character devices 0/0, opaque
/// directories have the attribute. Entries come in a walk's order: a directory, then what is in it.
///
/// Used by one thread at a time: see `ReplicaWriter`.
final class LayerReplica: @unchecked Sendable {
    // Invariant: whoever uses it has taken it over, with a lock in between, from whoever used it before.
    private struct Level {
        var path: RawPath
        var directory: FDBox
        /// Set when nothing more comes into it.
        var modified: FileTime?
    }

    private let root: FDBox
    private var levels: [Level]
    private var sharesContent = true

    /// `root` is empty; its own metadata are left as they are.
    init(_ root: FDBox) {
        self.root = root
        levels = [Level(path: "", directory: root)]
    }

    func makeWhiteout(_ path: RawPath) throws {
        try directory(above: path).fd.makeNode(path.lastPart, kind: .characterDevice, mode: 0, major: 0, minor: 0)
    }

    func makeHardLink(_ path: RawPath, to first: RawPath) throws {
        let above = first.parentPath
        let from =
            above.isEmpty
            ? root : FDBox(try root.fd.open(above, [.path, .directory], resolve: [.beneath, .noSymbolicLinks]))
        try from.fd.link(first.lastPart, into: directory(above: path).fd, as: path.lastPart)
    }

    /// All but regular files.
    func make(_ node: TreeNode, _ entry: TarEntry, isOpaque: Bool) throws {
        let (parent, name) = (try directory(above: node.path), node.path.lastPart)
        switch node.stat.kind {
        case .directory: try parent.fd.makeDirectory(name, mode: 0o700)
        case .symbolicLink: try parent.fd.makeSymbolicLink(name, to: RawPath(entry.linkName))
        default:
            try parent.fd.makeNode(
                name, kind: node.stat.kind, mode: 0o600, major: node.stat.specialMajor, minor: node.stat.specialMinor)
        }
        try parent.fd.setOwner(name, uid: node.stat.uid, gid: node.stat.gid)
        if node.stat.kind != .symbolicLink { try parent.fd.setMode(name, node.stat.mode) }
        guard node.stat.kind == .directory else {
            return try parent.fd.setTimes(name, accessed: node.stat.modified, modified: node.stat.modified)
        }
        let made = FDBox(try parent.fd.open(name, [.directory, .noFollow]))
        try setAttributes(entry, of: made)
        if isOpaque { try made.fd.setAttribute("trusted.overlay.opaque", to: Array("y".utf8)) }
        levels.append(Level(path: node.path, directory: made, modified: node.stat.modified))
    }

    /// An empty file, with the mode that it will have as far as the process's mask lets it.
    func makeFile(_ node: TreeNode) throws -> FDBox {
        let flags: FileOpenFlags = [.readWrite, .create, .exclusive, .noFollow]
        let directory = try directory(above: node.path)
        return FDBox(try directory.fd.open(node.path.lastPart, flags, mode: node.stat.mode & 0o777))
    }

    /// A whole file.
    func makeFile(_ node: TreeNode, _ entry: TarEntry, content: [UInt8]) throws {
        let copy = try makeFile(node)
        if !content.isEmpty { try content.withUnsafeBytes { try copy.fd.writeAll($0, at: 0) } }
        try finish(copy, node, entry)
    }

    /// Shares a large content where the file system can (`ioctl_ficlone(2)`); false where it has to be copied.
    func clone(_ file: borrowing FD, into copy: FDBox, size: Int64) throws(SystemError) -> Bool {
        guard sharesContent, size >= 1 << 20 else { return false }
        do {
            try copy.fd.cloneContent(of: file)
        } catch {
            // EOPNOTSUPP, EXDEV, EINVAL, ENOTTY.
            guard [95, 18, 22, 25].contains(error.errno) else { throw error }
            sharesContent = false
            return false
        }
        try copy.fd.truncate(to: size)
        return true
    }

    /// A file's content is there: owner, then mode, then attributes, then times, as an unpacked layer has them.
    func finish(_ copy: FDBox, _ node: TreeNode, _ entry: TarEntry) throws {
        // Looking costs less than setting what is right already, which most files' owner and mode are.
        let made = try copy.fd.stat()
        if (made.uid, made.gid) != (node.stat.uid, node.stat.gid) {
            try copy.fd.setOwner(uid: node.stat.uid, gid: node.stat.gid)
        }
        if made.mode != node.stat.mode { try copy.fd.setMode(node.stat.mode) }
        try setAttributes(entry, of: copy)
        try copy.fd.setTimes(accessed: node.stat.modified, modified: node.stat.modified)
    }

    /// Nothing more comes.
    func finish() throws { while levels.count > 1 { try closeLevel() } }

    private func setAttributes(_ entry: TarEntry, of file: FDBox) throws {
        for attribute in entry.attributes {
            try file.fd.setAttribute(RawPath(attribute.name), to: attribute.value)
        }
    }

    private func directory(above path: RawPath) throws -> FDBox {
        let above = path.parentPath
        while let last = levels.last, last.path != above {
            guard levels.count > 1 else { throw EngineError(.internal, "\(path) comes before its directory") }
            try closeLevel()
        }
        return levels.last?.directory ?? root
    }

    private func closeLevel() throws {
        guard let level = levels.popLast(), let modified = level.modified else { return }
        try level.directory.fd.setTimes(accessed: modified, modified: modified)
    }
}

extension RawPath {
    /// All but the last part; empty for a single one.
    var parentPath: RawPath { RawPath(bytes[..<(bytes.lastIndex(of: 0x2f) ?? bytes.startIndex)]) }
    var lastPart: RawPath { RawPath(bytes[(bytes.lastIndex(of: 0x2f).map { $0 + 1 } ?? bytes.startIndex)...]) }
}
