#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
public import Primitives

/// What the system says about a file (`stat(2)`).
public struct FileFacts: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case file, folder, link, pipe, socket, characterDevice, blockDevice, other
    }

    public var kind: Kind
    /// Permission bits with set-user-id, set-group-id and sticky: 0 … 0o7777.
    public var mode: UInt32
    public var user: UInt32
    public var group: UInt32
    /// Bytes.
    public var size: Int64
    public var modified: Timestamp
    /// How many names it has.
    public var links: UInt64
    /// What makes two names one file.
    public var device: UInt64
    public var inode: UInt64
    /// Of a device.
    public var major: UInt32
    public var minor: UInt32

    init(_ found: stat) {
        kind =
            switch found.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            case S_IFCHR: .characterDevice
            case S_IFBLK: .blockDevice
            default: .other
            }
        mode = UInt32(found.st_mode) & 0o7777
        (user, group, size) = (found.st_uid, found.st_gid, Int64(found.st_size))
        (links, device, inode) = (
            UInt64(found.st_nlink), UInt64(truncatingIfNeeded: found.st_dev), UInt64(found.st_ino)
        )
        let number = UInt64(truncatingIfNeeded: found.st_rdev)
        #if canImport(Darwin)
        let time = found.st_mtimespec
        (major, minor) = (UInt32(number >> 24 & 0xff), UInt32(number & 0xff_ffff))
        #else
        let time = found.st_mtim
        // makedev(3)
        major = UInt32(number >> 8 & 0xfff | number >> 32 & 0xffff_f000)
        minor = UInt32(number & 0xff | number >> 12 & 0xffff_ff00)
        #endif
        modified = Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}
