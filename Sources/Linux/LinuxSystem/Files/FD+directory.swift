internal import CLinux

/// Names relative to a directory descriptor. The descriptor may be O_PATH.
extension FD {
    /// Opens an absolute path, or one relative to the working directory (`open(2)`).
    public static func open(at path: RawPath, _ flags: FileOpenFlags, mode: UInt32 = 0) throws(SystemError) -> FD {
        FD(owning: try check(path.pass { cl_openat(-100, $0, flags.rawValue, mode) }, "open", path.string))
    }

    /// Opens `name` in this directory (`openat(2)`).
    public borrowing func open(
        _ name: RawPath, _ flags: FileOpenFlags, mode: UInt32 = 0
    ) throws(SystemError) -> FD {
        let fd = rawValue
        return FD(owning: try check(name.pass { cl_openat(fd, $0, flags.rawValue, mode) }, "open", name.string))
    }

    /// Opens a path under this directory with rules for the walk (`openat2(2)`). Errors: EXDEV when it would leave
    /// with `.beneath`, ELOOP where links are forbidden.
    public borrowing func open(
        _ path: RawPath, _ flags: FileOpenFlags, mode: UInt32 = 0, resolve: ResolveFlags
    ) throws(SystemError) -> FD {
        let fd = rawValue
        let raw = path.pass {
            cl_openat2(fd, $0, UInt64(UInt32(bitPattern: flags.rawValue)), UInt64(mode), resolve.rawValue)
        }
        return FD(owning: try check(raw, "openat2", path.string))
    }

    /// Opens what this O_PATH descriptor stands for, by way of `/proc/self/fd`.
    public borrowing func reopened(_ flags: FileOpenFlags) throws(SystemError) -> FD {
        try FD.open(at: RawPath("/proc/self/fd/\(rawValue)"), flags)
    }

    public borrowing func makeDirectory(_ name: RawPath, mode: UInt32) throws(SystemError) {
        let fd = rawValue
        try check(name.pass { cl_mkdirat(fd, $0, mode) }, "mkdir", name.string)
    }

    public borrowing func makeSymbolicLink(_ name: RawPath, to target: RawPath) throws(SystemError) {
        let fd = rawValue
        let result = name.pass { name in target.pass { cl_symlinkat($0, fd, name) } }
        try check(result, "symlink", name.string)
    }

    /// A second name in `directory` for the entry `name` of this directory; links are not followed.
    public borrowing func link(
        _ name: RawPath, into directory: borrowing FD, as newName: RawPath
    ) throws(SystemError) {
        let (from, to) = (rawValue, directory.rawValue)
        let result = name.pass { old in newName.pass { cl_linkat(from, old, to, $0, 0) } }
        try check(result, "link", newName.string)
    }

    /// Gives this open file a name in `directory`, by way of `/proc/self/fd` (`linkat(2)` AT_SYMLINK_FOLLOW).
    public borrowing func link(into directory: borrowing FD, as newName: RawPath) throws(SystemError) {
        let (path, to) = (RawPath("/proc/self/fd/\(rawValue)"), directory.rawValue)
        let result = path.pass { old in newName.pass { cl_linkat(-100, old, to, $0, 0x400) } }
        try check(result, "link", newName.string)
    }

    /// A device, fifo or socket node (`mknod(2)`).
    public borrowing func makeNode(
        _ name: RawPath, kind: FileStat.Kind, mode: UInt32, major: UInt32 = 0, minor: UInt32 = 0
    ) throws(SystemError) {
        let fd = rawValue
        let result = name.pass { cl_mknodat(fd, $0, kind.rawValue | mode, major, minor) }
        try check(result, "mknod", name.string)
    }

    public borrowing func unlink(_ name: RawPath) throws(SystemError) {
        let fd = rawValue
        try check(name.pass { cl_unlinkat(fd, $0, 0) }, "unlink", name.string)
    }

    public borrowing func removeDirectory(_ name: RawPath) throws(SystemError) {
        let fd = rawValue
        try check(name.pass { cl_unlinkat(fd, $0, 0x200) }, "rmdir", name.string)
    }

    /// Renames within the file system; with `replacing: false` an existing target is EEXIST (`renameat2(2)`).
    public borrowing func rename(
        _ name: RawPath, into directory: borrowing FD, as newName: RawPath, replacing: Bool = true
    ) throws(SystemError) {
        let (from, to) = (rawValue, directory.rawValue)
        let result = name.pass { old in newName.pass { cl_renameat2(from, old, to, $0, replacing ? 0 : 1) } }
        try check(result, "rename", newName.string)
    }

    /// From now on the file system puts each directory that is made in this one where it has room, and not beside the last
    /// (FS_TOPDIR_FL of `ioctl_iflags(2)`). Errors: EOPNOTSUPP, ENOTTY or EINVAL where that is unknown; ext4 knows it.
    public borrowing func keepSubdirectoriesApart() throws(SystemError) {
        try check(cl_set_topdir(rawValue), "set FS_TOPDIR_FL")
    }

    /// The target of a symbolic link.
    public borrowing func readLink(_ name: RawPath) throws(SystemError) -> RawPath {
        let fd = rawValue
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = name.pass { name in
            buffer.withUnsafeMutableBytes { cl_readlinkat(fd, name, $0.baseAddress.unsafelyUnwrapped, $0.count) }
        }
        return RawPath(buffer[..<(try check(count, "readlink", name.string))])
    }
}
