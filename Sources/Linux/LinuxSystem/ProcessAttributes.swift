internal import CLinux

/// What a process is and may do: identity, privileges, limits. All calls are about the calling thread.
public enum ProcessAttributes {
    /// Real, effective and saved user (`setresuid(2)`).
    public static func setUser(_ uid: UInt32) throws(SystemError) {
        try check(cl_setresuid(uid), "setresuid", "\(uid)")
    }
    public static func setGroup(_ gid: UInt32) throws(SystemError) {
        try check(cl_setresgid(gid), "setresgid", "\(gid)")
    }

    public static func setSupplementaryGroups(_ groups: [UInt32]) throws(SystemError) {
        let result = groups.withUnsafeBufferPointer { cl_setgroups($0.baseAddress, $0.count) }
        try check(result, "setgroups")
    }

    public static func setFileModeMask(_ mask: UInt32) { _ = cl_umask(mask) }

    /// A new session without a controlling terminal (`setsid(2)`).
    public static func startSession() throws(SystemError) { try check(cl_setsid(), "setsid") }

    /// Other processes of the same user may neither read this one's memory nor open its /proc/<pid>/exe
    /// (`PR_SET_DUMPABLE`). Lasts until execve(2).
    public static func setDumpable(_ dumpable: Bool) throws(SystemError) {
        try check(cl_prctl(4, dumpable ? 1 : 0, 0, 0, 0), "prctl", "PR_SET_DUMPABLE")
    }

    /// Orphans below this process become its children (`PR_SET_CHILD_SUBREAPER`).
    public static func becomeSubreaper() throws(SystemError) {
        try check(cl_prctl(36, 1, 0, 0, 0), "prctl", "PR_SET_CHILD_SUBREAPER")
    }

    /// `PR_SET_NO_NEW_PRIVS`: set-user-ID programs and file capabilities give nothing from now on.
    public static func forbidNewPrivileges() throws(SystemError) {
        try check(cl_prctl(38, 1, 0, 0, 0), "prctl", "PR_SET_NO_NEW_PRIVS")
    }

    /// `PR_SET_KEEPCAPS`: permitted capabilities survive leaving user 0.
    public static func setKeepsCapabilities(_ keeps: Bool) throws(SystemError) {
        try check(cl_prctl(8, keeps ? 1 : 0, 0, 0, 0), "prctl", "PR_SET_KEEPCAPS")
    }

    public static func setName(_ name: String) {
        _ = name.withCString { cl_prctl(15, UInt(bitPattern: $0), 0, 0, 0) }
    }

    /// `setrlimit(2)`; `resource` is one of `ResourceLimit.numbers`.
    public static func setLimit(_ resource: Int32, soft: UInt64, hard: UInt64) throws(SystemError) {
        try check(cl_setrlimit(resource, soft, hard), "setrlimit")
    }

    /// Marks every descriptor from `first` on close-on-exec, whoever opened it (`close_range(2)`, Linux 5.11).
    public static func closeOnExecute(from first: UInt32) throws(SystemError) {
        try check(cl_close_range(first, .max, 4), "close_range")
    }

    /// Closes every descriptor from `first` on but those of `kept` (`close_range(2)`). Whoever still owns one of the
    /// closed has a number that means nothing: for children about to execute a program.
    public static func closeAll(from first: UInt32, except kept: [Int32]) throws(SystemError) {
        var next = first
        for number in kept.map(UInt32.init(bitPattern:)).sorted() where number >= next {
            if number > next { try check(cl_close_range(next, number - 1, 0), "close_range") }
            next = number + 1
        }
        try check(cl_close_range(next, .max, 0), "close_range")
    }

    /// Gives the calling thread a descriptor table of its own, without those from `first` on: they stay open for the
    /// process (`close_range(2)` with CLOSE_RANGE_UNSHARE). For threads that own none of them and open their own.
    public static func leaveDescriptors(from first: UInt32) throws(SystemError) {
        try check(cl_close_range(first, .max, 2), "close_range")
    }

    /// A fresh session keyring, so that the creator's keys are not the container's (`keyctl(2)`).
    /// Kernels without keyrings (ENOSYS) have nothing to hide.
    public static func joinSessionKeyring(_ name: String) throws(SystemError) {
        let result = cl_join_session_keyring(name)
        if result == -38 { return }
        try check(result, "keyctl", name)
    }

    public static func setHostName(_ name: String) throws(SystemError) {
        try check(cl_sethostname(name, name.utf8.count), "sethostname", name)
    }

    public static func setDomainName(_ name: String) throws(SystemError) {
        try check(cl_setdomainname(name, name.utf8.count), "setdomainname", name)
    }

    /// Installs a filter of `struct sock_filter` records (`seccomp(2)` SECCOMP_SET_MODE_FILTER). Needs no new
    /// privileges to be forbidden, or CAP_SYS_ADMIN.
    public static func installFilter(_ program: [UInt8]) throws(SystemError) {
        guard !program.isEmpty, program.count % 8 == 0, program.count / 8 <= 4096 else {
            throw SystemError(errno: 22, call: "seccomp", subject: "a filter of \(program.count) bytes")
        }
        let result = program.withUnsafeBytes { raw in
            raw.baseAddress.map { cl_seccomp($0, UInt16(raw.count / 8), 0) } ?? -22
        }
        try check(result, "seccomp")
    }

    /// Changes to the directory `fd`.
    public static func changeDirectory(_ fd: borrowing FD, subject: String = "") throws(SystemError) {
        try check(cl_fchdir(fd.rawValue), "fchdir", subject)
    }

    public static func changeDirectory(_ path: String) throws(SystemError) { try check(cl_chdir(path), "chdir", path) }

    /// The kernel's answer of `getcwd(2)`; it does not start with `/` for a directory outside the caller's root.
    public static func currentDirectory() throws(SystemError) -> String {
        let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 4096)
        defer { buffer.deallocate() }
        guard let base = buffer.baseAddress else { throw SystemError(errno: 12, call: "getcwd") }
        try check(cl_getcwd(base, buffer.count), "getcwd")
        return String(cString: base)
    }

    /// Makes `fd` known as `number` too, and keeps that one over execve(2) (`dup2(2)`).
    public static func place(_ fd: borrowing FD, at number: Int32) throws(SystemError) {
        if fd.rawValue == number {
            try check(cl_set_cloexec(number, 0), "fcntl")
        } else {
            try check(cl_dup_onto(fd.rawValue, number), "dup2")
        }
    }

    /// Blocks all signals; they are then taken from `childSignals()`.
    public static func blockSignals() throws(SystemError) { try check(cl_block_signals(), "sigprocmask") }

    /// Unblocks all signals with their default actions: what a new program expects.
    public static func resetSignals() throws(SystemError) { try check(cl_reset_signals(), "sigprocmask") }

    /// Readable whenever a child has ended (`signalfd(2)`).
    public static func childSignals() throws(SystemError) -> FD {
        FD(owning: try check(cl_child_signals(), "signalfd"))
    }

    /// Gives freed memory back to the system (`malloc_trim(3)`).
    public static func releaseFreeMemory() { cl_release_memory() }
}
