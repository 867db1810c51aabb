internal import CLinux

/// Children of a single-threaded process, made with `clone3(2)`.
public enum ChildProcess {
    /// What `fork` gives back on either side.
    public enum Side: ~Copyable {
        case parent(pid: Int32, pidfd: FD)
        case child
    }

    /// Where the child starts its life.
    public struct Options {
        /// New namespaces for the child.
        public var namespaces: Namespaces = []
        /// The child becomes a child of the caller's parent (CLONE_PARENT), which reaps it.
        public var isSibling = false

        public init(namespaces: Namespaces = [], isSibling: Bool = false) {
            self.namespaces = namespaces
            self.isSibling = isSibling
        }
    }

    /// Splits the process in two, as fork(2) does. The caller must have no second thread: Swift code goes on running
    /// on both sides. `cgroup` is a directory of a version 2 hierarchy (CLONE_INTO_CGROUP, Linux 5.7).
    public static func fork(_ options: Options, cgroup: Int32? = nil) throws(SystemError) -> Side {
        let intoCgroup: UInt64 = 0x2_0000_0000
        let sibling: UInt64 = 0x8000
        let flags =
            UInt64(UInt32(bitPattern: options.namespaces.rawValue)) | (cgroup == nil ? 0 : intoCgroup)
            | (options.isSibling ? sibling : 0)
        var pidfd: Int32 = -1
        let pid = try check(cl_clone(flags, cgroup ?? -1, &pidfd), "clone3")
        return pid == 0 ? .child : .parent(pid: pid, pidfd: FD(owning: pidfd))
    }

    /// One child that has ended, or nil. The status is an exit code, or 128 + the signal that killed it.
    public static func reap() -> (pid: Int32, status: Int32)? {
        var status: Int32 = 0
        let pid = cl_reap(&status)
        return pid > 0 ? (pid, status) : nil
    }

    /// A descriptor for a running process (`pidfd_open(2)`).
    public static func descriptor(of pid: Int32) throws(SystemError) -> FD {
        FD(owning: try check(cl_pidfd_open(pid), "pidfd_open", "\(pid)"))
    }

    /// Sends a signal to the process behind a pidfd: never to another one that got its number.
    public static func signal(_ pidfd: borrowing FD, _ number: Int32) throws(SystemError) {
        try check(cl_pidfd_signal(pidfd.rawValue, number), "pidfd_send_signal")
    }

    /// Takes the status of the child behind a pidfd; nil while it runs.
    public static func reap(_ pidfd: borrowing FD) throws(SystemError) -> Int32? {
        var status: Int32 = 0
        return try check(cl_wait_pidfd(pidfd.rawValue, 1, &status), "waitid") == 0 ? nil : status
    }

    /// Waits for the child behind a pidfd.
    public static func wait(_ pidfd: borrowing FD) throws(SystemError) -> Int32 {
        var status: Int32 = 0
        try check(cl_wait_pidfd(pidfd.rawValue, 0, &status), "waitid")
        return status
    }

    /// Ends the calling process at once, without running exit handlers (`_exit(2)`).
    public static func exit(_ code: Int32) -> Never { cl_exit(code) }

    /// Replaces the calling process; the answer is why it could not be (`execve(2)`).
    public static func execute(_ path: String, arguments: [String], environment: [String]) -> SystemError {
        withCStringArray(arguments) { argv in
            withCStringArray(environment) { envp in
                SystemError(errno: -cl_execve(path, argv, envp), call: "execve", subject: path)
            }
        }
    }
}

/// Calls `body` with a NULL-terminated array of C strings, as `execve(2)` wants it.
func withCStringArray<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(bytes.count)
        bytes.append(contentsOf: string.utf8.lazy.map { CChar(bitPattern: $0) })
        bytes.append(0)
    }
    bytes.append(0)
    return bytes.withUnsafeMutableBufferPointer { buffer in
        var pointers: [UnsafeMutablePointer<CChar>?] = offsets.map { buffer.baseAddress?.advanced(by: $0) }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { list in
            guard let base = list.baseAddress else { preconditionFailure("the list holds its end mark at least") }
            return body(base)
        }
    }
}
