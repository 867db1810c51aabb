internal import LayerFS
internal import LinuxSystem
internal import Primitives

/// Tells what is in a context's folder.
struct ContextWalk {
    /// What is known of contents already; others are read.
    var digests: ContentDigests?
    /// Owners and extended attributes are the files' own.
    var isImage = false

    /// For the files of an image.
    static let image = ContextWalk(isImage: true)

    private struct Level {
        var folder: FDBox
        var path: RawPath
        /// The next one last.
        var rest: [DirectoryEntry]
    }

    /// Errors: those of the disk.
    func entries(of root: FDBox) throws -> ContextEntries {
        var found: [ContextEntry] = []
        var levels = [try level(root.fd.open(".", [.directory]), RawPath(""))]
        while let last = levels.indices.last {
            guard let next = levels[last].rest.popLast() else {
                levels.removeLast()
                continue
            }
            let folder = levels[last].folder
            let entry = try entry(next.name, levels[last].path.appending(next.name), in: folder)
            found.append(entry)
            guard entry.kind == .directory else { continue }
            levels.append(try level(folder.fd.open(next.name, [.directory, .noFollow]), entry.path))
        }
        return ContextEntries(found)
    }

    private func level(_ folder: consuming FD, _ path: RawPath) throws -> Level {
        let names = try folder.entries().sorted { $1.name < $0.name }
        return Level(folder: FDBox(folder), path: path, rest: names)
    }

    func entry(_ name: RawPath, _ path: RawPath, in folder: FDBox) throws -> ContextEntry {
        let stat = try folder.fd.stat(name)
        var entry = ContextEntry(path: path, kind: stat.kind, mode: stat.mode, size: 0, modified: stat.modified)
        if stat.kind != .directory && stat.links > 1 { entry.sharedInode = stat.inode }
        switch stat.kind {
        case .regular:
            entry.size = stat.size
            entry.digest = try digests?.digest(ofInode: stat.inode) ?? Self.digest(of: name, in: folder)
        case .characterDevice, .blockDevice:
            entry.device = ContextEntry.Device(major: stat.specialMajor, minor: stat.specialMinor)
        case .symbolicLink: entry.target = try folder.fd.readLink(name)
        default: break
        }
        if isImage { (entry.uid, entry.gid) = (stat.uid, stat.gid) }
        if isImage || digests?.sawAttributes == true { entry.attributes = try Self.attributes(of: name, in: folder) }
        return entry
    }

    private static func digest(of name: RawPath, in folder: FDBox) throws -> Digest? {
        let file = try folder.fd.open(name, [.readOnly, .noFollow, .nonBlocking])
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        var hash = SHA256()
        while case let count = try file.read(into: buffer), count > 0 {
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return Digest(sha256Hex: hash.hex)
    }

    private static func attributes(of name: RawPath, in folder: FDBox) throws -> [ContextEntry.Attribute] {
        try folder.fd.attributeNames(of: name).sorted().compactMap { attribute in
            try folder.fd.attribute(attribute, of: name).map { ContextEntry.Attribute(name: attribute, value: $0) }
        }
    }
}
