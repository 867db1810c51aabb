internal import LinuxSystem
internal import Netlink
internal import Primitives
internal import Synchronization

/// Notices on a thread of its own what happens to the host: the firewall's table is taken away, the name servers change.
final class HostWatch: Sendable {
    /// Changes come in bursts; they are answered when it has been quiet for so many milliseconds.
    private static let quiet: Int32 = 200

    /// Closed with this object, which ends the thread.
    private let bell: FDBox

    /// `path`: the host's resolv.conf, which editors and clients of DHCP replace by another file: its folder is watched.
    ///
    /// All are called on the watch's thread, one at a time; `failed` when it can't go on. Errors: of the kernel, for what
    /// is needed to watch.
    init(
        table: String?, path: String, failed: @escaping @Sendable (SystemError) -> Void,
        tableIsGone: @escaping @Sendable () -> Void, fileHasChanged: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let (here, there) = try PacketSocket.streamPair()
        bell = here
        let events = try table.map { _ throws(SystemError) in EventsBox(try TableEvents()) }
        let file = FileWatchBox(try FileWatch())
        // A folder that is not there will not change either.
        try? file.watch.add(HostDirectory.parent(of: path), [.created, .movedTo, .modified])
        PlatformThread.detach {
            do throws(SystemError) {
                try Self.run(there.fd, events, table, file) {
                    tableIsGone()
                } fileHasChanged: {
                    fileHasChanged()
                }
            } catch {
                failed(error)
            }
        }
    }

    private static func run(
        _ bell: borrowing FD, _ events: EventsBox?, _ table: String?, _ file: FileWatchBox,
        tableIsGone: () -> Void, fileHasChanged: () -> Void
    ) throws(SystemError) {
        let poll = try EventPoll()
        try poll.add(bell.rawValue, .readable)
        if let events { try poll.add(events.events.descriptor, .readable) }
        try poll.add(file.watch.fd.rawValue, .readable)
        var (isGone, hasChanged, ends) = (false, false, false)
        while !ends {
            var isQuiet = true
            try poll.wait(milliseconds: isGone || hasChanged ? quiet : -1) { target, _ in
                isQuiet = false
                if let events, let table, target == events.events.descriptor {
                    isGone = events.events.tellsOfRemoval(of: table) || isGone
                } else if target == file.watch.fd.rawValue {
                    _ = try? file.watch.drain()
                    hasChanged = true
                } else {
                    ends = true
                }
            }
            guard isQuiet, !ends else { continue }
            if isGone { tableIsGone() }
            if hasChanged { fileHasChanged() }
            (isGone, hasChanged) = (false, false)
        }
    }
}

/// Both are `~Copyable`, and a closure that may be called again can't hold such.
private final class EventsBox: Sendable {
    let events: TableEvents
    init(_ events: consuming TableEvents) { self.events = events }
}

private final class FileWatchBox: Sendable {
    let watch: FileWatch
    init(_ watch: consuming FileWatch) { self.watch = watch }
}
