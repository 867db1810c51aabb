#if canImport(Glibc)
internal import Glibc
private let systemRename = Glibc.rename
#elseif canImport(Musl)
internal import Musl
private let systemRename = Musl.rename
#elseif canImport(Darwin)
internal import Darwin
private let systemRename = Darwin.rename
#endif
public import Primitives

/// Names on disk: looked up, listed, given and taken away. The calls block; paths are the caller's to vouch for.
public enum Disk {
    /// What a name stands for; links are followed.
    public struct Entry: Sendable, Hashable {
        public var isFolder: Bool
        /// Of a file, in bytes.
        public var size: Int64
        public var modified: Timestamp
    }

    /// Errors: `notFound`, `unavailable`.
    public static func entry(_ path: String) throws(EngineError) -> Entry {
        var found = stat()
        guard stat(path, &found) == 0 else { throw failure("stat \(path)") }
        #if canImport(Darwin)
        let time = found.st_mtimespec
        #else
        let time = found.st_mtim
        #endif
        return Entry(
            isFolder: found.st_mode & S_IFMT == S_IFDIR, size: Int64(found.st_size),
            modified: Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec)))
    }

    /// The names in a folder, unsorted. Errors: `notFound`, `unavailable`.
    public static func names(in path: String) throws(EngineError) -> [String] {
        guard let folder = opendir(path) else { throw failure("open \(path)") }
        defer { closedir(folder) }
        var names: [String] = []
        while let next = readdir(folder) {
            let name = withUnsafePointer(to: &next.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes a folder and those above it; one that is there is fine. New ones are synced into their parents, so that a
    /// file below survives a loss of power. Errors: `unavailable`, `conflict` when a file has the name.
    public static func makeFolders(_ path: String) throws(EngineError) {
        if mkdir(path, 0o755) == 0 { return try syncFolder(parent(of: path)) }
        if errno == EEXIST { return }
        let above = parent(of: path)
        guard errno == ENOENT, above != path else { throw failure("mkdir \(path)") }
        try makeFolders(above)
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("mkdir \(path)") }
        try syncFolder(above)
    }

    /// Gives a file another's name, in one step. Errors: `notFound`, `unavailable`.
    public static func rename(_ path: String, to target: String) throws(EngineError) {
        guard systemRename(path, target) == 0 else { throw failure("rename \(path) \(target)") }
    }

    /// Returns when the names in a folder survive a loss of power.
    public static func syncFolder(_ path: String) throws(EngineError) {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw failure("open \(path)") }
        defer { close(number) }
        guard fsync(number) == 0 else { throw failure("fsync \(path)") }
    }

    /// Removes a file. Errors: `notFound`, `unavailable`.
    public static func removeFile(_ path: String) throws(EngineError) {
        guard unlink(path) == 0 else { throw failure("remove \(path)") }
    }

    /// Removes a file, or a folder with all that is in it; links in it are removed, not followed. What is gone already
    /// is fine. Errors: `unavailable`.
    public static func removeTree(_ path: String) throws(EngineError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw failure("remove \(path)") }
        do {
            for name in try names(in: path) { try removeTree(path + "/" + name) }
        } catch {
            if error.kind != .notFound { throw error }
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw failure("rmdir \(path)") }
    }

    /// The absolute path of what is there, without a link in it (`realpath(3)`). Errors: `notFound`, `unavailable`.
    public static func resolved(_ path: String) throws(EngineError) -> String {
        guard let found = realpath(path, nil) else { throw failure("lstat \(path)") }
        defer { free(found) }
        return String(cString: found)
    }

    /// Removes a folder if nothing is in it.
    public static func removeEmptyFolder(_ path: String) { _ = rmdir(path) }

    /// `/a` for `/a/b`, `.` for `b`.
    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last call's failure; a name below a file is not there either.
    static func failure(_ what: String) -> EngineError {
        if errno == ENOTDIR { return EngineError(.notFound, "\(what): not a directory") }
        return Descriptor.failure(what)
    }
}
