internal import CLinux
internal import Glibc

/// Whole files of the host, named by absolute paths that the engine itself chose. Not for paths a container controls.
public enum HostFile {
    /// Reads a file whole, refusing more than `limit` bytes. Uses `open(2)`, `read(2)`.
    public static func read(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
        let file = try open(path, O_RDONLY)
        return try file.readAll(limit: limit)
    }

    /// Replaces a file: whoever reads it sees the old content or the new, whole. With `isDurable` it is on disk when
    /// this returns (`fsync(2)` of file and folder). Not for two writers of one path at once.
    public static func replace(
        _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600, isDurable: Bool = true
    ) throws(SystemError) {
        let temporary = path + ".new"
        let file = try open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
        do {
            try file.writeAll(bytes)
            try check(cl_fchmod(file.rawValue, mode), "fchmod", temporary)
            if isDurable { try check(cl_fsync(file.rawValue), "fsync", temporary) }
            try check(cl_renameat2(AT_FDCWD, temporary, AT_FDCWD, path, 0), "rename", path)
        } catch {
            _ = cl_unlinkat(AT_FDCWD, temporary, 0)
            throw error
        }
        if isDurable { try HostDirectory.sync(HostDirectory.parent(of: path)) }
    }

    /// Writes a file in place, without promises about crashes: for what a run makes and a reboot may lose.
    public static func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
        let file = try open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
        try file.writeAll(bytes)
    }

    /// What the path leads to, links followed (`statx(2)`).
    public static func status(_ path: String) throws(SystemError) -> FileStat {
        var raw = cl_stat()
        try check(cl_statx(AT_FDCWD, path, 0, &raw), "stat", path)
        return FileStat(raw)
    }

    public static func exists(_ path: String) -> Bool {
        var status = cl_stat()
        return cl_statx(AT_FDCWD, path, 0, &status) == 0
    }

    /// Removes a file; one that is not there is no error.
    public static func remove(_ path: String) throws(SystemError) {
        let result = cl_unlinkat(AT_FDCWD, path, 0)
        if result != -ENOENT { try check(result, "unlink", path) }
    }

    public static func rename(_ path: String, to newPath: String) throws(SystemError) {
        try check(cl_renameat2(AT_FDCWD, path, AT_FDCWD, newPath, 0), "rename", path)
    }

    /// Gives a file a second name (`link(2)`). Errors: EEXIST, EXDEV.
    public static func link(_ path: String, as newPath: String) throws(SystemError) {
        try check(cl_linkat(AT_FDCWD, path, AT_FDCWD, newPath, 0), "link", newPath)
    }

    /// Takes an exclusive lock; nil when another process holds it.
    ///
    /// A record lock of `fcntl(2)`: it is the process's own and ends with it, while one of `flock(2)` would live on in a
    /// child that was killed between its birth and its program. Closing any descriptor of the file gives it up.
    public static func lock(_ path: String) throws(SystemError) -> FD? {
        let file = try open(path, O_RDWR | O_CREAT, mode: 0o600)
        let result = cl_lock_file(file.rawValue)
        if result == -EAGAIN || result == -EACCES { return nil }
        try check(result, "fcntl", path)
        return file
    }

    /// Opens a file to be read as a stream.
    public static func openForReading(_ path: String) throws(SystemError) -> FD { try open(path, O_RDONLY) }

    static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0) throws(SystemError) -> FD {
        FD(owning: try check(cl_openat(AT_FDCWD, path, flags, mode), "open", path))
    }
}
