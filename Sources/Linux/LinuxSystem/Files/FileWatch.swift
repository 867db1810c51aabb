internal import CLinux

/// Tells of changes to files and folders (`inotify(7)`). Wait for `fd` to be readable, then `drain`.
public struct FileWatch: ~Copyable, Sendable {
    public let fd: FD

    public struct Events: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let modified = Events(rawValue: 0x2)
        public static let attributes = Events(rawValue: 0x4)
        public static let movedFrom = Events(rawValue: 0x40)
        public static let movedTo = Events(rawValue: 0x80)
        public static let created = Events(rawValue: 0x100)
        public static let deleted = Events(rawValue: 0x200)
        public static let selfDeleted = Events(rawValue: 0x400)
        public static let selfMoved = Events(rawValue: 0x800)
    }

    public init() throws(SystemError) {
        fd = FD(owning: try check(cl_inotify(), "inotify_init1"))
    }

    /// Watches a file or folder; a path that is watched already gets the new set (`inotify_add_watch(2)`).
    public borrowing func add(_ path: String, _ events: Events) throws(SystemError) {
        try check(cl_inotify_add(fd.rawValue, path, events.rawValue), "inotify_add_watch", path)
    }

    /// Forgets what has been reported; true if there was anything.
    @discardableResult
    public borrowing func drain() throws(SystemError) -> Bool {
        let raw = fd.rawValue
        var any = false
        while true {
            let count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) {
                cl_read(raw, $0.baseAddress.unsafelyUnwrapped, 4096)
            }
            if count == -11 || count == 0 { return any }
            try check(count, "read", "inotify")
            any = true
        }
    }
}

/// What `poll(2)` may wait for.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let readable = Readiness(rawValue: 0x1)
    /// `POLLPRI`: files of the kernel such as `cgroup.events` and `memory.pressure`.
    public static let priority = Readiness(rawValue: 0x2)
    public static let writable = Readiness(rawValue: 0x4)
}

extension FD {
    /// Blocks until this descriptor answers; false when the time is over or a signal came. Nil waits for ever.
    public borrowing func wait(
        for events: Readiness = .readable, upTo timeout: Duration? = nil
    ) throws(SystemError) -> Bool {
        try check(cl_poll(rawValue, -1, events.rawValue, milliseconds(timeout)), "poll") != 0
    }

    /// Blocks until this descriptor or `other` answers: which of the two did; neither when the time is over.
    public borrowing func wait(
        with other: borrowing FD, for events: Readiness = .readable, upTo timeout: Duration? = nil
    ) throws(SystemError) -> (first: Bool, second: Bool) {
        let ready = try check(cl_poll(rawValue, other.rawValue, events.rawValue, milliseconds(timeout)), "poll")
        return (ready & 1 != 0, ready & 2 != 0)
    }
}

private func milliseconds(_ duration: Duration?) -> Int32 {
    guard let duration else { return -1 }
    let (seconds, attoseconds) = duration.components
    let rounded = min(max(seconds, 0), 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000
    return Int32(clamping: max(rounded, 0))
}
