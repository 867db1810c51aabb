#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
public import Primitives

/// Small files of the user's that nobody else may read.
public enum PrivateFile {
    /// The whole content; nil when there is no such file. Errors: `badParameter` past `limit` bytes, `unavailable`.
    public static func read(_ path: String, limit: Int) throws(EngineError) -> [UInt8]? {
        let file: Descriptor
        do throws(EngineError) { file = try Connection.file(path) } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
        defer { file.closeNow() }
        var bytes: [UInt8] = []
        while case let part = try file.read(), !part.isEmpty {
            bytes += part
            guard bytes.count <= limit else {
                throw EngineError(.badParameter, "\(path) has more than \(limit) bytes")
            }
        }
        return bytes
    }

    /// Replaces a file by what `edit` makes of it, and makes its folder (mode 0700) when it is missing. What is there
    /// at any moment is the old content or the new, with mode 0600; a link stays one. Others who call this for a file in
    /// the same folder wait.
    ///
    /// `edit` gets nil where there is no file yet, and leaves everything as it is by giving nil. Errors: its own, and
    /// those of `read`.
    public static func update(
        _ path: String, limit: Int, _ edit: ([UInt8]?) throws(EngineError) -> [UInt8]?
    ) throws(EngineError) {
        let target = resolved(path)
        let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
        try makeFolder(folder.isEmpty ? "/" : folder)
        let lock = try Connection.file(folder.isEmpty ? "/" : folder)
        defer { lock.closeNow() }
        while flock(lock.number, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Descriptor.failure("lock \(folder)") }
        }
        guard let bytes = try edit(try read(target, limit: limit)) else { return }
        try write(bytes, target)
        // The new name is on disk with its folder; where a folder can't be synced, nothing more can be done.
        fsync(lock.number)
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws(EngineError) {
        let temporary = "\(path).\(getpid()).tmp"
        unlink(temporary)
        let number = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Descriptor.failure("open \(temporary)") }
        let file = Descriptor(number)
        do throws(EngineError) {
            defer { file.closeNow() }
            try file.write(bytes)
            guard fsync(number) == 0 else { throw Descriptor.failure("sync \(temporary)") }
        } catch {
            unlink(temporary)
            throw error
        }
        do throws(EngineError) { try Connection.rename(temporary, to: path) } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Removes a file. True when there was one.
    @discardableResult
    public static func remove(_ path: String) -> Bool { unlink(path) == 0 }

    /// Where a link leads, so that what is replaced is the file and not the link.
    private static func resolved(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    private static func makeFolder(_ path: String) throws(EngineError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw Descriptor.failure("make \(path)")
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Descriptor.failure("make \(path)") }
    }
}
