public import LinuxSystem

extension LogReader {
    /// What `wait` waited for.
    public enum Awaited: Sendable, Hashable {
        /// The log may have grown: ask `next`.
        case change
        /// The descriptor for the end is readable, or the log is not followed: read on until `next` is nil and stop.
        case end
        case timeOut
    }

    /// Blocks until the log changes or `end` becomes readable (the container is gone, or the client), at most for
    /// `timeout`.
    public func wait(end: borrowing FD, upTo timeout: Duration? = nil) throws(SystemError) -> Awaited {
        guard let watch, !isFinished else { return .end }
        let (hasChanged, hasEnded) = try watch.fileWatch.fd.wait(with: end, upTo: timeout)
        // Before the files are looked at, so that what comes while they are is told again.
        if hasChanged { try watch.fileWatch.drain() }
        return hasEnded ? .end : hasChanged ? .change : .timeOut
    }
}

/// Holds the watch on the log's folder.
final class FolderWatch: Sendable {
    let fileWatch: FileWatch

    init(folderOf path: String) throws(SystemError) {
        fileWatch = try FileWatch()
        try fileWatch.add(HostDirectory.parent(of: path), [.modified, .created, .movedTo])
    }
}
