internal import LayerFS
internal import LinuxSystem
internal import Primitives
internal import TarCodec

/// Entries of an archive that are needed later. They are kept in files with numbers for names: no name from the archive
/// becomes a path.
final class LoadSpool {
    private enum Content {
        case bytes([UInt8])
        case file(String)
        case link(String)
    }

    private let folder: String
    private let room: DiskRoom
    private var contents: [String: Content] = [:]
    private var folderExists = false
    /// Entries so far, names that came again among them, and the bytes of all names.
    private var (entries, named) = (0, 0)
    /// Bytes of contents in memory.
    private(set) var held = 0

    /// Smaller entries stay in memory, as long as there is room for them.
    private static let memorySize: Int64 = 64 << 10
    private static let memory = 16 << 20
    private static let maximumEntries = 100_000
    private static let maximumNames = 64 << 20
    private static let maximumDocument = 8 << 20

    init(folder: String, room: DiskRoom) {
        self.folder = folder
        self.room = room
    }

    deinit { try? HostDirectory.removeTree(folder) }

    /// `./a//b` → `a/b`; nil for names that lead out of the archive.
    static func clean(_ name: String, in folder: String = "") -> String? {
        var parts: [Substring] = name.hasPrefix("/") ? [] : folder.split(separator: "/")
        for part in name.split(separator: "/") where part != "." {
            if part != ".." { parts.append(part) } else if parts.popLast() == nil { return nil }
        }
        return parts.joined(separator: "/")
    }

    var names: [String] { contents.keys.sorted() }
    func holds(_ name: String) -> Bool { resolve(name) != nil }

    func keep(_ entry: TarEntry, _ name: String, from reader: ArchiveReader) throws {
        entries += 1
        named += name.utf8.count + entry.displayLinkName.utf8.count
        guard entries <= Self.maximumEntries, named <= Self.maximumNames else {
            throw EngineError(.badParameter, "invalid archive: too many entries")
        }
        forget(name)
        switch entry.kind {
        case .file where entry.size <= min(Self.memorySize, Int64(Self.memory - held)):
            let bytes = try reader.readAll(limit: Int(Self.memorySize), name: name)
            held += bytes.count
            contents[name] = .bytes(bytes)
        case .file: contents[name] = .file(try spool(reader))
        case .symbolicLink:
            let parent = name.split(separator: "/").dropLast().joined(separator: "/")
            contents[name] = Self.clean(entry.displayLinkName, in: parent).map { .link($0) }
        case .hardLink: contents[name] = Self.clean(entry.displayLinkName).map { .link($0) }
        default: break
        }
    }

    /// Of a name that comes again the last content counts.
    private func forget(_ name: String) {
        switch contents.removeValue(forKey: name) {
        case .bytes(let bytes)?: held -= bytes.count
        case .file(let path)?: try? HostFile.remove(path)
        case .link?, nil: break
        }
    }

    private func spool(_ reader: ArchiveReader) throws -> String {
        if !folderExists { try HostDirectory.makeAll(folder) }
        folderExists = true
        let path = "\(folder)/\(entries)"
        let file = try FD.open(at: RawPath(path), [.writeOnly, .create, .exclusive], mode: 0o600)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { chunk.deallocate() }
        var place: Int64 = 0
        while true {
            let count = try reader.read(into: chunk)
            if count == 0 { return path }
            try room.trying {
                try file.writeAll(UnsafeRawBufferPointer(rebasing: chunk[..<count]), at: place)
            }
            place += Int64(count)
        }
    }

    private func resolve(_ name: String) -> Content? {
        var content = contents[name]
        for _ in 0..<10 {
            guard case .link(let target)? = content else { return content }
            content = contents[target]
        }
        return nil
    }

    /// A JSON document. Errors: `badParameter` when it is not there or too large.
    func document(_ name: String) throws(EngineError) -> [UInt8] {
        switch resolve(name) {
        case .bytes(let bytes)?: return bytes
        case .file(let path)?:
            do { return try HostFile.read(path, limit: Self.maximumDocument) } catch { throw storeError(error) }
        default: throw EngineError(.badParameter, "invalid archive: there is no \(name)")
        }
    }

    func source(_ name: String) throws(EngineError) -> any ByteSource {
        switch resolve(name) {
        case .bytes(let bytes)?: return MemorySource(bytes)
        case .file(let path)?:
            do { return FDSource(try FD.open(at: RawPath(path), .readOnly)) } catch { throw storeError(error) }
        default: throw EngineError(.badParameter, "invalid archive: there is no \(name)")
        }
    }
}
