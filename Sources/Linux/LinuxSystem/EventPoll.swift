internal import CLinux

/// What a descriptor is ready for (`epoll_ctl(2)`).
public struct PollEvents: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = PollEvents(rawValue: 0x1)
    public static let writable = PollEvents(rawValue: 0x4)
    /// Always reported, asked for or not.
    public static let failed = PollEvents(rawValue: 0x8)
    public static let hungUp = PollEvents(rawValue: 0x10)
    public static let priority = PollEvents(rawValue: 0x2)
    public static let peerFinished = PollEvents(rawValue: 0x2000)
}

/// `epoll(7)`, level-triggered; a descriptor is its own key.
public struct EventPoll: ~Copyable, Sendable {
    private let fd: FD

    public init() throws(SystemError) { fd = FD(owning: try check(cl_epoll_create(), "epoll_create1")) }

    public borrowing func add(_ target: Int32, _ events: PollEvents) throws(SystemError) {
        try check(cl_epoll_control(fd.rawValue, 1, target, events.rawValue), "epoll_ctl")
    }

    public borrowing func change(_ target: Int32, _ events: PollEvents) throws(SystemError) {
        try check(cl_epoll_control(fd.rawValue, 3, target, events.rawValue), "epoll_ctl")
    }

    /// Descriptors leave by themselves when their last copy is closed; a copy in another process keeps them here.
    public borrowing func remove(_ target: Int32) { _ = cl_epoll_control(fd.rawValue, 2, target, 0) }

    /// Waits at most `milliseconds` (-1: for ever) and calls `body` for each ready descriptor, at most 64 of them.
    public borrowing func wait(
        milliseconds: Int32, _ body: (_ target: Int32, _ events: PollEvents) -> Void
    ) throws(SystemError) {
        var targets = SIMD64<Int32>()
        var events = SIMD64<UInt32>()
        let epoll = fd.rawValue
        let count = withUnsafeMutablePointer(to: &targets) { targets in
            withUnsafeMutablePointer(to: &events) { events in
                targets.withMemoryRebound(to: Int32.self, capacity: 64) { targets in
                    events.withMemoryRebound(to: UInt32.self, capacity: 64) { events in
                        cl_epoll_wait(epoll, targets, events, 64, milliseconds)
                    }
                }
            }
        }
        for index in 0..<Int(try check(count, "epoll_wait")) {
            body(targets[index], PollEvents(rawValue: events[index]))
        }
    }
}
