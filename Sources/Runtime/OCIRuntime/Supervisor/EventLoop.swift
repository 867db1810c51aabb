internal import LinuxSystem

/// The shim's only loop: descriptors and their handlers, and a few deadlines.
///
/// Level-triggered. A handler may be called once more for a descriptor whose number was taken over within the same
/// round, so handlers use calls that do not block.
final class EventLoop {
    typealias Handler = (PollEvents) -> Void

    private let poll: EventPoll
    private var handlers: [Int32: Handler] = [:]
    private var deadlines: [(time: Int64, id: Int, action: () -> Void)] = []
    private var nextID = 0
    var stopped = false

    init() throws(SystemError) { poll = try EventPoll() }

    func watch(_ target: FDBox, _ events: PollEvents, _ handler: @escaping Handler) throws(SystemError) {
        try poll.add(target.fd.rawValue, events)
        handlers[target.fd.rawValue] = handler
    }

    func change(_ target: FDBox, _ events: PollEvents) { _ = try? poll.change(target.fd.rawValue, events) }

    func unwatch(_ target: FDBox) {
        poll.remove(target.fd.rawValue)
        handlers.removeValue(forKey: target.fd.rawValue)
    }

    /// Calls `action` once, `milliseconds` from now.
    @discardableResult
    func after(milliseconds: Int, _ action: @escaping () -> Void) -> Int {
        nextID += 1
        deadlines.append((KernelClock.monotonic() + Int64(milliseconds) * 1_000_000, nextID, action))
        return nextID
    }

    func run() throws(SystemError) {
        while !stopped {
            try poll.wait(milliseconds: timeout()) { target, events in handlers[target]?(events) }
            callDue()
        }
    }

    private func timeout() -> Int32 {
        guard let first = deadlines.map(\.time).min() else { return -1 }
        return Int32(clamping: max(0, (first - KernelClock.monotonic()) / 1_000_000 + 1))
    }

    private func callDue() {
        guard !deadlines.isEmpty else { return }
        let now = KernelClock.monotonic()
        let due = deadlines.filter { $0.time <= now }
        deadlines.removeAll { $0.time <= now }
        for deadline in due { deadline.action() }
    }
}
