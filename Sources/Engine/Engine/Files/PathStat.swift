public import APIModel
internal import LinuxSystem
public import Primitives

extension Engine {
    public func pathStat(_ name: String, _ path: String) async throws(EngineError) -> ContainerPathStat {
        let files = try await openFiles(of: name)
        return try await workers.run { try ContainerPath(path).stat(in: files, of: name) }
    }
}

/// A path that somebody asks a container for.
struct ContainerPath: Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    /// The last part, as Go's `filepath.Base` has it: `.` stays, `/` is its own.
    var base: String {
        if text.isEmpty { return "." }
        let trimmed = String(text.reversed().drop { $0 == "/" }.reversed())
        guard !trimmed.isEmpty else { return "/" }
        return trimmed.split(separator: "/").last.map(String.init) ?? trimmed
    }

    /// What it stands for (O_PATH). A link at the end is followed for `follows`, and when a `/` or `/.` comes behind it.
    func open(in root: borrowing RootDirectory, follows: Bool = false) throws(SystemError) -> FD {
        try root.open(text, follows ? .path : [.path, .noFollow])
    }

    /// Errors: `notFound` in Docker's words.
    func stat(in files: ContainerFiles, of name: String, follows: Bool = false) throws -> ContainerPathStat {
        let root = try files.directory()
        let found: FileStat
        do { found = try open(in: root, follows: follows).stat() } catch {
            guard error.errno == 2 else { throw error }
            throw missing(in: name)
        }
        var target = ""
        if found.kind == .symbolicLink { target = try root.resolved(text) }
        return ContainerPathStat(
            name: base, size: found.size, mode: ContainerPathStat.FileMode(found),
            mtime: Timestamp(seconds: found.modified.seconds, nanoseconds: found.modified.nanoseconds),
            linkTarget: target)
    }

    func missing(in name: String) -> EngineError {
        EngineError(.notFound, "Could not find the file \(text) in container \(name)")
    }
}

extension ContainerPathStat.FileMode {
    init(_ stat: FileStat) {
        self.init(permissions: stat.mode)
        switch stat.kind {
        case .directory: insert(.directory)
        case .symbolicLink: insert(.symbolicLink)
        case .characterDevice: formUnion([.device, .characterDevice])
        case .blockDevice: insert(.device)
        case .fifo: insert(.namedPipe)
        case .socket: insert(.socket)
        case .regular: break
        case .unknown: insert(.irregular)
        }
    }
}
