internal import CLinux
internal import Glibc

/// Owner, mode and times, of the open file or of an entry of the directory (links are never followed).
extension FD {
    public borrowing func setOwner(uid: UInt32, gid: UInt32) throws(SystemError) {
        try check(cl_fchown(rawValue, uid, gid), "fchown")
    }

    public borrowing func setOwner(_ name: RawPath, uid: UInt32, gid: UInt32) throws(SystemError) {
        let fd = rawValue
        try check(name.pass { cl_fchownat(fd, $0, uid, gid, 0x100) }, "chown", name.string)
    }

    public borrowing func setMode(_ mode: UInt32) throws(SystemError) {
        try check(cl_fchmod(rawValue, mode), "fchmod")
    }

    /// Errors: EOPNOTSUPP for a symbolic link, which has no mode.
    public borrowing func setMode(_ name: RawPath, _ mode: UInt32) throws(SystemError) {
        let fd = rawValue
        try check(name.pass { changeMode(of: $0, in: fd, mode) }, "chmod", name.string)
    }

    public borrowing func setTimes(accessed: FileTime, modified: FileTime) throws(SystemError) {
        let result = cl_utimensat(
            rawValue, nil, accessed.seconds, accessed.nanoseconds, modified.seconds, modified.nanoseconds, 0)
        try check(result, "utimensat")
    }

    public borrowing func setTimes(
        _ name: RawPath, accessed: FileTime, modified: FileTime
    ) throws(SystemError) {
        let fd = rawValue
        let result = name.pass {
            cl_utimensat(
                fd, $0, accessed.seconds, accessed.nanoseconds, modified.seconds, modified.nanoseconds, 0x100)
        }
        try check(result, "utimensat", name.string)
    }
}

/// chmod that never follows a last symbolic link: EOPNOTSUPP. A negated error number, or 0.
func changeMode(of path: UnsafePointer<CChar>, in directory: Int32 = AT_FDCWD, _ mode: UInt32) -> Int32 {
    let result = cl_fchmodat(directory, path, mode)
    // Linux before 6.6.
    return result == -ENOSYS ? changeModeOfPinned(path, in: directory, mode) : result
}

/// The entry is pinned and looked at first, so that nobody can put a link in its place.
func changeModeOfPinned(_ path: UnsafePointer<CChar>, in directory: Int32, _ mode: UInt32) -> Int32 {
    let entry = cl_openat(directory, path, FileOpenFlags([.path, .noFollow]).rawValue | O_CLOEXEC, 0)
    guard entry >= 0 else { return entry }
    defer { close(entry) }
    var found = Glibc.stat()
    guard fstat(entry, &found) == 0 else { return -errno }
    if found.st_mode & S_IFMT == S_IFLNK { return -EOPNOTSUPP }
    return cl_chmod("/proc/self/fd/\(entry)", mode)
}
