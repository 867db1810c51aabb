import LinuxSystem
import Primitives

/// The folders of a driver: one for each layer, whole or not there.
///
/// ```
/// <root>/<id>/           made as .new-<id>-<random> and renamed when everything is in it
///         parent         the parent's id; missing for the lowest
///         kind           "image" (read-only) or "container" (writable), written last
/// <root>/.old-…          what was removed: renamed, and taken apart by and by
/// ```
/// Names that begin with a dot at the start are what a crash has left; they go the same way.
final class LayerFolders: Sendable {
    enum Kind: String {
        case image
        case container
    }

    let path: String
    let root: FDBox
    let trash: LayerTrash

    /// Opens the folder, makes it first when it isn't there (mode 0700), and begins to remove leftovers.
    ///
    /// `emptying` takes out of a layer's folder what is not removed file by file.
    init(path: String, emptying: @escaping @Sendable (FDBox) throws -> Void = { _ in }) throws {
        self.path = path
        try Self.makePath(path)
        let root = FDBox(try FD.open(at: RawPath(path), [.directory]))
        self.root = root
        // Layers have little to do with each other, and come and go whole: the inodes of one that went are what ext4 likes least
        // to give the next. Where it can't be had nothing is lost.
        try? root.fd.keepSubdirectoriesApart()
        trash = LayerTrash(root) { name, beforeEach in
            try emptying(FDBox(try root.fd.open(name, [.directory, .noFollow])))
            try root.fd.removeTree(name, beforeEach: beforeEach)
        }
        trash.add(try root.fd.entries().map(\.name).filter { $0.bytes.first == UInt8(ascii: ".") })
    }

    private static func makePath(_ path: String) throws {
        var folder = FDBox(try FD.open(at: path.hasPrefix("/") ? "/" : ".", [.path, .directory]))
        for part in path.split(separator: "/") {
            let name = RawPath(String(part))
            do {
                try folder.fd.makeDirectory(name, mode: 0o700)
            } catch {
                if error.errno != 17 { throw error }
            }
            folder = FDBox(try folder.fd.open(name, [.path, .directory]))
        }
    }

    func exists(_ id: String) -> Bool { (try? kind(id)) != nil }

    func kind(_ id: String) throws -> Kind {
        try LayerID.check(id)
        guard let text = try read("kind", of: id), let kind = Kind(rawValue: text) else {
            throw EngineError(.notFound, "no such layer: \(id)")
        }
        return kind
    }

    func parent(_ id: String) throws -> String? {
        _ = try kind(id)
        return try read("parent", of: id)
    }

    func ids() throws -> [String] {
        try root.fd.entries().map(\.name.string).filter(exists)
    }

    func open(_ id: String, _ name: String) throws -> FDBox {
        _ = try kind(id)
        return FDBox(try root.fd.open(RawPath(id), [.directory]).open(RawPath(name), [.directory]))
    }

    /// A small text file of the layer; nil when it isn't there.
    func read(_ file: String, of id: String) throws -> String? {
        do {
            let file = try root.fd.open(RawPath(id).appending(RawPath(file)), [.readOnly, .noFollow])
            return String(decoding: try file.readAll(limit: 1 << 20), as: UTF8.self)
        } catch {
            if error.errno == 2 || error.errno == 20 { return nil }
            throw error
        }
    }

    /// Makes a layer: `fill` gets its folder under a name that nobody looks at. `beforeRename` is the last step.
    func make<Result>(
        _ id: String, parent: String?, kind: Kind, fill: (FDBox) throws -> Result, beforeRename: () throws -> Void = {}
    ) throws -> Result {
        try LayerID.check(id)
        if exists(id) { throw EngineError(.conflict, "layer \(id) already exists") }
        if let parent { _ = try self.kind(parent) }
        return try trash.whileMaking {
            let temporary = RawPath(".new-\(id)-\(String(UInt32.random(in: 0 ... .max), radix: 36))")
            try root.fd.makeDirectory(temporary, mode: 0o700)
            do {
                let folder = FDBox(try root.fd.open(temporary, [.directory]))
                let result = try fill(folder)
                if let parent { try Self.write(parent, to: "parent", in: folder) }
                try Self.write(kind.rawValue, to: "kind", in: folder)
                try beforeRename()
                try rename(temporary, to: id)
                return result
            } catch {
                // Before the answer: whoever ran out of room has it again.
                trash.removeNow(temporary)
                throw error
            }
        }
    }

    /// The parent of a container's layer. Errors: `badParameter` for an image's.
    func parent(ofContainer id: String) throws -> String? {
        guard try kind(id) == .container else {
            throw EngineError(.badParameter, "layer \(id) is not a container's")
        }
        return try parent(id)
    }

    /// Moves the tree `name` of a layer into the folder of one that is being made.
    func moveTree(_ name: RawPath, of id: String, into folder: FDBox) throws {
        try root.fd.open(RawPath(id), [.directory]).rename(name, into: folder.fd, as: name, replacing: false)
    }

    /// The layer's small files, its folders and its name reach the disk (`fsync(2)` each).
    func sync(_ id: String) throws {
        let folder = try root.fd.open(RawPath(id), [.directory])
        for entry in try folder.entries() {
            try folder.open(entry.name, [.readOnly, .noFollow]).sync()
        }
        try folder.sync()
        try root.fd.sync()
    }

    private func rename(_ temporary: RawPath, to id: String) throws {
        do {
            try root.fd.rename(temporary, into: root.fd, as: RawPath(id), replacing: false)
        } catch {
            guard error.errno == 17 else { throw error }
            throw EngineError(.conflict, "layer \(id) already exists")
        }
    }

    static func write(_ text: String, to name: String, in folder: FDBox) throws {
        let file = try folder.fd.open(RawPath(name), [.writeOnly, .create, .exclusive], mode: 0o600)
        try file.writeAll(Array(text.utf8))
    }

    /// Takes the layer away, and its files by and by; unknown ids are fine.
    func remove(_ id: String) throws {
        try LayerID.check(id)
        let temporary = RawPath(".old-\(id)-\(String(UInt32.random(in: 0 ... .max), radix: 36))")
        do {
            try root.fd.rename(RawPath(id), into: root.fd, as: temporary)
        } catch {
            if error.errno == 2 { return }
            throw error
        }
        trash.add([temporary])
    }

    /// A folder for files, that looks as the parent's does: mode and owner of `/` come from it.
    static func makeTree(_ name: RawPath, in folder: FDBox, like parent: FileStat?) throws -> FDBox {
        try folder.fd.makeDirectory(name, mode: 0o755)
        if let parent { try folder.fd.setOwner(name, uid: parent.uid, gid: parent.gid) }
        try folder.fd.setMode(name, parent?.mode ?? 0o755)
        return FDBox(try folder.fd.open(name, [.directory]))
    }
}
