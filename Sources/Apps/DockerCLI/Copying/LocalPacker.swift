internal import HostSystem
internal import Primitives
internal import TarCodec

/// Writes files of this machine as a tar archive: owners and modes as they are, times in whole seconds.
struct LocalPacker {
    private let sink: any ArchiveSink
    /// Where files with several names came first.
    private var firstNames: [Identity: [UInt8]] = [:]

    private struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    init(_ sink: any ArchiveSink) { self.sink = sink }

    /// `path` and all that is below it; names in the archive begin with `name`. Links are packed, not followed.
    mutating func pack(_ path: String, as name: String) throws {
        let (above, last) = CopyPath.entry(path)
        let folder = try OpenFolder(above)
        let start = Array((last == "/" ? "." : last).utf8)
        try add(start, of: folder, as: Array(name.utf8))
        try sink.write(TarWriter.end)
    }

    private mutating func add(_ name: [UInt8], of folder: OpenFolder, as path: [UInt8]) throws {
        var levels: [(folder: OpenFolder, path: [UInt8], rest: [[UInt8]])] = []
        if let inner = try entry(name, of: folder, as: path) {
            levels.append((inner, path, try inner.names().reversed()))
        }
        while let last = levels.indices.last {
            guard let name = levels[last].rest.popLast() else {
                levels.removeLast()
                continue
            }
            let above = levels[last].path
            let path = above.last == 0x2f ? above + name : above + [0x2f] + name
            if let inner = try entry(name, of: levels[last].folder, as: path) {
                levels.append((inner, path, try inner.names().reversed()))
            }
        }
    }

    /// A folder is given back, to be gone through.
    private mutating func entry(
        _ name: [UInt8], of folder: OpenFolder, as path: [UInt8]
    ) throws -> OpenFolder? {
        let facts = try folder.entry(name)
        guard var entry = TarEntry(facts, path) else { return nil }
        if facts.links > 1 && facts.kind != .folder {
            let identity = Identity(device: facts.device, inode: facts.inode)
            if let first = firstNames[identity] {
                (entry.kind, entry.linkName) = (.hardLink, first)
                try sink.write(try TarWriter.header(for: entry))
                return nil
            }
            firstNames[identity] = path
        }
        if facts.kind == .link { entry.linkName = try folder.target(name) }
        guard facts.kind == .file else {
            try sink.write(try TarWriter.header(for: entry))
            return facts.kind == .folder ? try folder.folder(name) : nil
        }
        try add(try folder.file(name), entry)
        return nil
    }

    /// Exactly as many bytes as the header promises: what a file has lost meanwhile is zeros.
    private func add(_ file: Descriptor, _ entry: TarEntry) throws {
        var entry = entry
        defer { file.closeNow() }
        if let value = file.attribute("security.capability") {
            entry.attributes = [TarAttribute(name: Array("security.capability".utf8), value: value)]
        }
        try sink.write(try TarWriter.header(for: entry))
        var missing = entry.size - (try sink.write(from: file, count: entry.size))
        while missing > 0 {
            let count = Int(min(missing, 64 << 10))
            try sink.write([UInt8](repeating: 0, count: count))
            missing -= Int64(count)
        }
        try sink.write([UInt8](repeating: 0, count: TarWriter.padding(after: entry.size)))
    }
}

/// Where an archive goes.
protocol ArchiveSink {
    func write(_ bytes: [UInt8]) throws
    /// The next bytes of a file; how many there were, at most `count`.
    func write(from file: Descriptor, count: Int64) throws -> Int64
}

extension TarEntry {
    /// Nil for what an archive has no form for.
    fileprivate init?(_ facts: FileFacts, _ path: [UInt8]) {
        let kind: Kind
        switch facts.kind {
        case .file: kind = .file
        case .folder: kind = .directory
        case .link: kind = .symbolicLink
        case .pipe: kind = .fifo
        case .characterDevice: kind = .characterDevice
        case .blockDevice: kind = .blockDevice
        case .socket, .other: return nil
        }
        self.init(
            kind: kind, name: path, mode: facts.mode, uid: Int64(facts.user), gid: Int64(facts.group),
            size: kind == .file ? facts.size : 0, modified: TarTime(seconds: facts.modified.seconds))
        if kind == .characterDevice || kind == .blockDevice {
            (deviceMajor, deviceMinor) = (Int64(facts.major), Int64(facts.minor))
        }
    }
}
