internal import CLinux

/// What `statx(2)` says about a file.
public struct FileStat: Sendable, Hashable {
    /// The type bits of `st_mode`.
    public enum Kind: UInt32, Sendable, Hashable {
        case fifo = 0o010000
        case characterDevice = 0o020000
        case directory = 0o040000
        case blockDevice = 0o060000
        case regular = 0o100000
        case symbolicLink = 0o120000
        case socket = 0o140000
        case unknown = 0
    }

    public var kind: Kind
    /// Permission bits with set-user-id, set-group-id and sticky: 0 … 0o7777.
    public var mode: UInt32
    public var uid: UInt32
    public var gid: UInt32
    public var links: UInt32
    public var inode: UInt64
    /// Bytes.
    public var size: Int64
    /// Allocated bytes.
    public var allocated: Int64
    /// The file system's device number, major and minor in one.
    public var device: UInt64
    /// Of a device node.
    public var specialMajor: UInt32
    public var specialMinor: UInt32
    public var modified: FileTime
    public var changed: FileTime

    init(_ raw: cl_stat) {
        kind = Kind(rawValue: raw.mode & 0o170000) ?? .unknown
        mode = raw.mode & 0o7777
        uid = raw.uid
        gid = raw.gid
        links = raw.nlink
        inode = raw.inode
        size = Int64(clamping: raw.size)
        allocated = Int64(clamping: raw.blocks.multipliedReportingOverflow(by: 512).partialValue)
        device = UInt64(raw.device_major) << 32 | UInt64(raw.device_minor)
        specialMajor = raw.special_major
        specialMinor = raw.special_minor
        modified = FileTime(seconds: raw.mtime, nanoseconds: Int64(raw.mtime_nsec))
        changed = FileTime(seconds: raw.ctime, nanoseconds: Int64(raw.ctime_nsec))
    }

    /// An overlay whiteout: a character device 0/0.
    public var isWhiteout: Bool { kind == .characterDevice && specialMajor == 0 && specialMinor == 0 }
}

extension FD {
    /// The file itself (`statx(2)` with AT_EMPTY_PATH).
    public borrowing func stat() throws(SystemError) -> FileStat {
        var raw = cl_stat()
        try check(cl_statx(rawValue, "", 0x1000, &raw), "statx")
        return FileStat(raw)
    }

    /// The entry `name` of this directory; a last symbolic link is not followed.
    public borrowing func stat(_ name: RawPath) throws(SystemError) -> FileStat {
        var raw = cl_stat()
        let fd = rawValue
        try check(name.pass { cl_statx(fd, $0, 0x100, &raw) }, "statx", name.string)
        return FileStat(raw)
    }

    /// Like `stat(_:)`, but nil when there is no such entry (ENOENT, ENOTDIR).
    public borrowing func statIfPresent(_ name: RawPath) throws(SystemError) -> FileStat? {
        do {
            return try stat(name)
        } catch {
            if error.errno == 2 || error.errno == 20 { return nil }
            throw error
        }
    }
}

/// What `fstatfs(2)` says about a file system.
public struct FileSystemStat: Sendable, Hashable {
    /// The magic number, such as 0xEF53 for ext4 (`statfs(2)`).
    public var type: Int64
    public var blockSize: Int64
    public var blocks: UInt64
    public var blocksAvailable: UInt64
    public var filesFree: UInt64
}

extension FD {
    /// The file system that the file is on.
    public borrowing func fileSystem() throws(SystemError) -> FileSystemStat {
        var raw = cl_statfs()
        try check(cl_fstatfs(rawValue, &raw), "fstatfs")
        return FileSystemStat(
            type: raw.type, blockSize: raw.block_size, blocks: raw.blocks, blocksAvailable: raw.blocks_available,
            filesFree: raw.files_free)
    }
}
