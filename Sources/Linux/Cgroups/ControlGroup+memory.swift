internal import CLinux
public import LinuxSystem

extension ControlGroup {
    /// How many processes the kernel has killed in the group for want of memory (Linux 4.13).
    public func oomKillCount() -> UInt64 {
        folder(for: .memory).map(MemoryFiles.oomKills) ?? 0
    }

    /// A descriptor that becomes readable when the group runs out of memory, and when it is removed; ask
    /// `oomKillCount` then. Closing it ends the watch. Errors: EOPNOTSUPP without the controller.
    public func watchMemory() throws(SystemError) -> MemoryWatch {
        guard let folder = folder(for: .memory) else {
            throw SystemError(errno: Failure.notSupported, call: "cgroup", subject: "memory")
        }
        return folder.isUnified ? try .unified(folder) : try .v1(folder)
    }
}

/// Tells of memory running out.
public struct MemoryWatch: ~Copyable, Sendable {
    /// Readable when there is news.
    public let fd: FD

    /// Version 1: an eventfd, registered with the group (`Documentation/admin-guide/cgroup-v1/memory.rst`, 10).
    static func v1(_ folder: CgroupFolder) throws(SystemError) -> MemoryWatch {
        let event = FD(owning: try check(cl_eventfd(), "eventfd"))
        let control = try folder.open("memory.oom_control")
        try folder.write("cgroup.event_control", "\(event.rawValue) \(control.rawValue)")
        return MemoryWatch(fd: event)
    }

    /// Version 2: `memory.events` is announced as modified.
    static func unified(_ folder: CgroupFolder) throws(SystemError) -> MemoryWatch {
        let watch = try FileWatch()
        try watch.add(folder.file("memory.events"), .modified)
        return MemoryWatch(fd: try watch.fd.duplicate())
    }

    /// Takes the news, so that the descriptor waits for the next.
    public borrowing func drain() {
        let raw = fd.rawValue
        var count = 1
        while count > 0 {
            count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) {
                cl_read(raw, $0.baseAddress.unsafelyUnwrapped, 4096)
            }
        }
    }
}
