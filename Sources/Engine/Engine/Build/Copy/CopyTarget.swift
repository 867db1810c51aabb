internal import ImageBuilder
internal import LayerFS
internal import LinuxSystem
internal import Primitives

/// A folder of the image that files are put into.
struct CopyFolder {
    var directory: FDBox
    /// For messages.
    var path: String
}

/// The files of an image while something is copied into them. Every path is resolved inside its root.
struct CopyTarget {
    let root: FDBox
    /// Of `--chown`.
    let owner: CopyOwner?
    /// Of `--chmod`.
    let mode: ModeChange?
    /// Without `--chown`: the source's owners, else root.
    let keepsOwners: Bool
    let stop: StopSign

    /// Whether a path means a folder that is there.
    func isFolder(_ path: String) -> Bool {
        guard let root = try? root.fd.duplicate() else { return false }
        return (try? RootDirectory(root).open(path, [.path, .directory])) != nil
    }

    /// A folder, which is made with those above it where they are missing: for the new owner, for everybody to read.
    func folder(_ path: String) throws -> CopyFolder {
        let inside = RootDirectory(try root.fd.duplicate())
        if let there = try? inside.open(path, [.directory]) { return CopyFolder(directory: FDBox(there), path: path) }
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard (try? inside.open(made, .path)) == nil else { continue }
            _ = try inside.open(made, making: .directory)
            let folder = try inside.open(made, [.directory])
            if let owner { try folder.setOwner(uid: owner.uid, gid: owner.gid) }
        }
        do {
            return CopyFolder(directory: FDBox(try inside.open(path, [.directory])), path: path)
        } catch {
            guard error.errno == 20 else { throw error }
            throw EngineError(.badParameter, "cannot copy to non-directory: \(path)")
        }
    }

    /// The same, and in it folders as they are in the source.
    func folder(_ path: String, making parents: [ContextEntry]) throws -> CopyFolder {
        var folder = try self.folder(path)
        for entry in parents {
            let name = entry.path.bytes.split(separator: UInt8(ascii: "/")).last.map { RawPath($0) } ?? RawPath("")
            folder = try self.folder(name, like: entry, in: folder)
        }
        return folder
    }

    /// One folder in another: one that is there stays as it is, also through a link.
    private func folder(_ name: RawPath, like entry: ContextEntry, in parent: CopyFolder) throws -> CopyFolder {
        let path = parent.path + "/" + name.string
        switch try parent.directory.fd.statIfPresent(name)?.kind {
        case .directory: break
        case .symbolicLink: return try linked(path)
        case .some: throw EngineError(.badParameter, "cannot copy to non-directory: \(path)")
        case nil:
            try parent.directory.fd.makeDirectory(name, mode: 0o700)
            let made = FDBox(try parent.directory.fd.open(name, [.directory, .noFollow]))
            try finish(made, entry)
            return CopyFolder(directory: made, path: path)
        }
        return CopyFolder(
            directory: FDBox(try parent.directory.fd.open(name, [.directory, .noFollow])), path: path)
    }

    private func linked(_ path: String) throws -> CopyFolder {
        do {
            let place = try RootDirectory(root.fd.duplicate()).open(path, [.directory])
            return CopyFolder(directory: FDBox(place), path: path)
        } catch {
            throw EngineError(.badParameter, "cannot copy to non-directory: \(path)")
        }
    }

    /// Owner, mode, attributes; times come when nothing more is put into it.
    private func finish(_ file: FDBox, _ entry: ContextEntry) throws {
        let (uid, gid) = owners(entry)
        try file.fd.setOwner(uid: uid, gid: gid)
        try file.fd.setMode(mode(of: entry))
        for attribute in entry.attributes where attribute.isKept {
            try file.fd.setAttribute(attribute.name, to: attribute.value)
        }
    }

    private func owners(_ entry: ContextEntry) -> (UInt32, UInt32) {
        if let owner { return (owner.uid, owner.gid) }
        return keepsOwners ? (entry.uid, entry.gid) : (0, 0)
    }

    private func mode(of entry: ContextEntry) -> UInt32 {
        mode?.applied(to: entry.mode, isFolder: entry.kind == .directory) ?? entry.mode
    }
}

// Whole folders.
extension CopyTarget {
    private struct Level {
        var path: RawPath
        var folder: CopyFolder
        /// Of folders that are new here, set when they are left: making what is in them changes it.
        var modified: FileTime?
    }

    /// Copies what is below a folder; entries have paths from there, each folder before what is in it.
    func copy(_ entries: [ContextEntry], of source: FDBox, from path: RawPath, into folder: CopyFolder) throws {
        var levels = [Level(path: RawPath(""), folder: folder)]
        var names: [UInt64: (FDBox, RawPath)] = [:]
        for entry in entries {
            try stop.check()
            let (parent, name) = entry.path.split
            while let last = levels.last, levels.count > 1, last.path != parent { try leave(&levels) }
            guard let level = levels.last else { return }
            // What it lies in was left out, and so is made without being copied.
            let place = level.path == parent ? level.folder : try self.folder(level.folder.path + "/" + parent.string)
            if entry.kind == .directory {
                let isNew = try place.directory.fd.statIfPresent(name) == nil
                let made = try self.folder(name, like: entry, in: place)
                levels.append(Level(path: entry.path, folder: made, modified: isNew ? entry.modified : nil))
                continue
            }
            if let inode = entry.sharedInode, let (first, firstName) = names[inode] {
                try clear(name, in: place)
                try first.fd.link(firstName, into: place.directory.fd, as: name)
                continue
            }
            try copy(entry, as: name, of: source, from: path.appending(entry.path), into: place)
            if let inode = entry.sharedInode { names[inode] = (place.directory, name) }
        }
        while levels.count > 1 { try leave(&levels) }
    }

    private func leave(_ levels: inout [Level]) throws {
        guard let level = levels.popLast(), let modified = level.modified else { return }
        try level.folder.directory.fd.setTimes(accessed: modified, modified: modified)
    }
}

// Single files.
extension CopyTarget {
    /// Opens a file of the source for reading; links are followed inside it.
    func open(_ path: RawPath, in source: FDBox) throws -> FD {
        try source.fd.open(path, [.readOnly, .nonBlocking], resolve: [.inRoot, .noMagicLinks])
    }

    /// Copies one file, link or device; what has its name goes.
    func copy(
        _ entry: ContextEntry, as name: RawPath, of source: FDBox, from path: RawPath, into folder: CopyFolder
    ) throws {
        try clear(name, in: folder)
        let directory = folder.directory
        switch entry.kind {
        case .regular:
            let made = FDBox(
                try directory.fd.open(name, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600))
            let content = try open(path, in: source)
            try ContentCopy.copy(from: content, to: made.fd, size: try content.stat().size, check: stop.check)
            try finish(made, entry)
            try made.fd.setTimes(accessed: entry.modified, modified: entry.modified)
            return
        case .symbolicLink: try directory.fd.makeSymbolicLink(name, to: entry.target ?? RawPath(""))
        case .characterDevice, .blockDevice, .fifo:
            let place = try source.fd.open(path, [.path, .noFollow], resolve: [.inRoot, .noMagicLinks]).stat()
            try directory.fd.makeNode(
                name, kind: entry.kind, mode: 0o600, major: place.specialMajor, minor: place.specialMinor)
        // A socket's name is nothing without the program behind it.
        case .socket, .unknown, .directory: return
        }
        let (uid, gid) = owners(entry)
        try directory.fd.setOwner(name, uid: uid, gid: gid)
        if entry.kind != .symbolicLink { try directory.fd.setMode(name, mode(of: entry)) }
        try directory.fd.setTimes(name, accessed: entry.modified, modified: entry.modified)
    }

    /// A here-document.
    func write(_ bytes: [UInt8], as name: RawPath, into folder: CopyFolder) throws {
        try clear(name, in: folder)
        let made = FDBox(
            try folder.directory.fd.open(name, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600))
        try made.fd.writeAll(bytes)
        try finish(made, ContextEntry(path: name, kind: .regular, mode: 0o644, size: 0, modified: .now))
        // As BuildKit: the same document is the same file, whenever it is written.
        try made.fd.setTimes(accessed: FileTime(seconds: 0), modified: FileTime(seconds: 0))
    }

    /// A file that was fetched.
    func copy(_ file: FetchedFile, as name: RawPath, into folder: CopyFolder) throws {
        try clear(name, in: folder)
        let made = FDBox(
            try folder.directory.fd.open(name, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600))
        let content = try FD.open(at: RawPath(file.path), .readOnly)
        try ContentCopy.copy(from: content, to: made.fd, size: try content.stat().size, check: stop.check)
        try finish(made, ContextEntry(path: name, kind: .regular, mode: 0o600, size: 0, modified: file.modified))
        try made.fd.setTimes(accessed: file.modified, modified: file.modified)
    }

    /// Makes room for a file. Errors: `badParameter` when a folder is there.
    private func clear(_ name: RawPath, in folder: CopyFolder) throws {
        guard let stat = try folder.directory.fd.statIfPresent(name) else { return }
        guard stat.kind != .directory else {
            throw EngineError(
                .badParameter, "cannot overwrite directory \(folder.path)/\(name.string) with a file")
        }
        try folder.directory.fd.unlink(name)
    }
}

extension ContextEntry.Attribute {
    /// Capabilities and the users' own; labels and marks belong to their host.
    fileprivate var isKept: Bool {
        name == "security.capability"
            || (name.bytes.starts(with: "user.".utf8) && !name.bytes.starts(with: "user.overlay.".utf8))
    }
}

extension RawPath {
    /// All but the last part, and that.
    fileprivate var split: (parent: RawPath, name: RawPath) {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return (RawPath(""), self) }
        return (RawPath(bytes[..<slash]), RawPath(bytes[(slash + 1)...]))
    }
}
