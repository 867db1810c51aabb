internal import CLinux

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
        let result = name.pass { cl_fchmodat(fd, $0, mode) }
        // ENOSYS: Linux before 6.6.
        if result == -38 { return try setModeByLink(name, mode) }
        try check(result, "chmod", name.string)
    }

    /// The entry is pinned and looked at first, so that nobody can put a link in its place.
    private borrowing func setModeByLink(_ name: RawPath, _ mode: UInt32) throws(SystemError) {
        let entry = try open(name, [.path, .noFollow])
        if try entry.stat().kind == .symbolicLink { throw SystemError(errno: 95, call: "chmod", subject: name.string) }
        try check(cl_chmod("/proc/self/fd/\(entry.rawValue)", mode), "chmod", name.string)
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
