internal import EngineClient
internal import HostSystem
internal import Primitives
internal import TarCodec

/// Writes a context as a tar archive. The same files give the same bytes: owners are root, times whole seconds.
struct ContextPacker {
    private let write: ([UInt8]) throws -> Void
    /// Where files with several names came first.
    private var firstNames: [Identity: [UInt8]] = [:]

    private struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    init(_ write: @escaping ([UInt8]) throws -> Void) { self.write = write }

    /// Errors: files that can't be read, and those of writing.
    mutating func pack(_ context: LocalContext) throws {
        for (name, bytes) in context.added { try add(name, bytes) }
        try LocalContextWalk(context: context).run { try add($0) }
        try write(TarWriter.end)
    }

    /// A context of nothing but a Dockerfile.
    mutating func pack(dockerfile: [UInt8]) throws {
        try add("Dockerfile", dockerfile)
        try write(TarWriter.end)
    }

    /// Opens every file that would be sent, so that one that can't be read is known before anything is sent.
    static func check(_ context: LocalContext) throws {
        try LocalContextWalk(context: context).run { item in
            if item.facts.kind == .file { try open(item)?.closeNow() }
        }
    }

    private mutating func add(_ name: String, _ bytes: [UInt8]) throws {
        try header(TarEntry(kind: .file, name: Array(name.utf8), mode: 0o600, size: Int64(bytes.count)))
        try write(bytes + padding(Int64(bytes.count)))
    }

    private mutating func add(_ item: LocalContextWalk.Item) throws {
        guard var entry = TarEntry(item) else { return }
        let facts = item.facts
        if facts.links > 1 && facts.kind != .folder {
            let identity = Identity(device: facts.device, inode: facts.inode)
            if let first = firstNames[identity] {
                (entry.kind, entry.linkName) = (.hardLink, first)
                return try header(entry)
            }
            firstNames[identity] = item.path
        }
        if facts.kind == .link { entry.linkName = try item.folder.target(item.name) }
        guard facts.kind == .file else { return try header(entry) }
        guard let file = try Self.open(item) else { return }
        defer { file.closeNow() }
        if let value = file.attribute("security.capability") {
            entry.attributes = [TarAttribute(name: Array("security.capability".utf8), value: value)]
        }
        entry.size = facts.size
        try header(entry)
        try copy(file, facts.size)
        try write(padding(facts.size))
    }

    /// Exactly as much as the header has promised: what a file has grown by is left out, what it has lost is zeros.
    private func copy(_ file: Descriptor, _ size: Int64) throws {
        var rest = size
        while rest > 0 {
            let limit = Int(min(rest, 256 << 10))
            var bytes = try file.read(limit: limit)
            if bytes.isEmpty { bytes = [UInt8](repeating: 0, count: limit) }
            try write(bytes)
            rest -= Int64(bytes.count)
        }
    }

    /// Nil when it is gone.
    private static func open(_ item: LocalContextWalk.Item) throws -> Descriptor? {
        do throws(EngineError) { return try item.folder.file(item.name) } catch {
            switch error.kind {
            case .notFound: return nil
            case .forbidden:
                throw CommandFailure("error checking context: no permission to read from '\(item.shown)'")
            default: throw CommandFailure("error checking context: \(error.message)")
            }
        }
    }

    private func header(_ entry: TarEntry) throws { try write(try TarWriter.header(for: entry)) }

    private func padding(_ size: Int64) -> [UInt8] { [UInt8](repeating: 0, count: TarWriter.padding(after: size)) }
}

extension TarEntry {
    /// Nil for what an archive does not hold: sockets.
    fileprivate init?(_ item: LocalContextWalk.Item) {
        let kind: TarEntry.Kind
        switch item.facts.kind {
        case .file: kind = .file
        case .folder: kind = .directory
        case .link: kind = .symbolicLink
        case .pipe: kind = .fifo
        case .characterDevice: kind = .characterDevice
        case .blockDevice: kind = .blockDevice
        case .socket, .other: return nil
        }
        self.init(
            kind: kind, name: item.path, mode: item.facts.mode,
            modified: TarTime(seconds: item.facts.modified.seconds))
        if kind == .characterDevice || kind == .blockDevice {
            (deviceMajor, deviceMinor) = (Int64(item.facts.major), Int64(item.facts.minor))
        }
    }
}
