internal import HostSystem
internal import NIOCore
public import Primitives

/// A folder of this machine. New files come from `.martlet/new` in it, synced and renamed, so that none is seen half
/// written.
public struct FileSystemDriver: StorageDriver {
    public let name = "filesystem"
    private let root: String
    private var ownFolder: String { root + "/.martlet" }
    private var newFolder: String { ownFolder + "/new" }
    /// What is older was left behind by a crash.
    private static let leftOver = Duration.seconds(86_400)
    private static let retry = Duration.milliseconds(5)

    /// Nothing is made until something is written.
    public init(root: String) { self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root }

    func place(_ path: StoragePath) -> String { root + "/" + path.description }

    // MARK: Reading

    public func content(_ path: StoragePath, limit: Int) async throws(EngineError) -> [UInt8] {
        let file = try OpenFile.reading(place(path))
        let size = try file.size()
        guard size <= limit else { throw EngineError(.unavailable, "\(path): more than \(limit) bytes") }
        return try file.read(at: 0, count: Int(size))
    }

    public func entry(_ path: StoragePath) async throws(EngineError) -> StorageEntry {
        let found = try Disk.entry(place(path))
        return StorageEntry(isFolder: found.isFolder, size: found.size, modified: found.modified)
    }

    public func names(in path: StoragePath) async throws(EngineError) -> [String] {
        try Disk.names(in: place(path)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    public func open(_ path: StoragePath) async throws(EngineError) -> any StoredContent {
        let file = try OpenFile.reading(place(path))
        return StoredFile(size: try file.size(), file: file)
    }

    // MARK: Writing

    public func put(_ bytes: [UInt8], at path: StoragePath) async throws(EngineError) {
        try Disk.makeFolders(newFolder)
        let new = newFolder + "/" + UploadID().description
        do {
            let file = try OpenFile.creating(new)
            try file.write(at: 0, bytes)
            try file.sync()
            try rename(new, to: place(path))
        } catch {
            try? Disk.removeFile(new)
            throw error
        }
    }

    public func writer(_ path: StoragePath) async throws(EngineError) -> any StorageWriter {
        try Disk.makeFolders(Disk.parent(of: place(path)))
        let file = try OpenFile.writing(place(path))
        return FileWriter(size: try file.size(), file: file)
    }

    public func move(_ path: StoragePath, to target: StoragePath) async throws(EngineError) {
        try rename(place(path), to: place(target))
    }

    private func rename(_ source: String, to target: String) throws(EngineError) {
        let folder = Disk.parent(of: target)
        // Another may take the empty folder away in between.
        for attempt in 0..<10 {
            try Disk.makeFolders(folder)
            do {
                try Disk.rename(source, to: target)
                break
            } catch {
                guard error.kind == .notFound, attempt < 9, (try? Disk.entry(source)) != nil else { throw error }
            }
        }
        try Disk.syncFolder(folder)
    }

    public func remove(_ path: StoragePath) async throws(EngineError) {
        let place = place(path)
        _ = try Disk.entry(place)
        try Disk.removeTree(place)
    }

    // MARK: Other processes

    public func hold(exclusive: Bool) async throws(EngineError) -> (any StorageHold)? {
        try await hold("lock", exclusive: exclusive)
    }

    public func announceServing() async throws(EngineError) -> (any StorageHold)? {
        guard let hold = try tryHold("serving", exclusive: false) else {
            throw EngineError(.conflict, "a garbage collection runs on \(root); wait for its end")
        }
        removeLeftOvers()
        return hold
    }

    public func holdUnserved() async throws(EngineError) -> (any StorageHold)? {
        try tryHold("serving", exclusive: true)
    }

    private func hold(_ name: String, exclusive: Bool) async throws(EngineError) -> (any StorageHold)? {
        while true {
            if let hold = try tryHold(name, exclusive: exclusive) { return hold }
            // Without a thread: many may wait for one sweep.
            do { try await Task.sleep(for: Self.retry) } catch {
                throw EngineError(.unavailable, "the wait for the storage's lock was cancelled")
            }
        }
    }

    private func tryHold(_ name: String, exclusive: Bool) throws(EngineError) -> (any StorageHold)? {
        let path = ownFolder + "/" + name
        let file: OpenFile
        do {
            file = try OpenFile.writing(path)
        } catch {
            guard error.kind == .notFound else { throw error }
            try Disk.makeFolders(ownFolder)
            file = try OpenFile.writing(path)
        }
        return try file.lock(exclusive: exclusive) ? FileHold(file) : nil
    }

    private func removeLeftOvers() {
        let now = Timestamp.now()
        for name in (try? Disk.names(in: newFolder)) ?? [] {
            let path = newFolder + "/" + name
            if let entry = try? Disk.entry(path), now.since(entry.modified) > Self.leftOver {
                try? Disk.removeFile(path)
            }
        }
    }
}
