public import LinuxSystem
internal import Synchronization

/// One thread that takes the events of all shims. It holds no locks while it calls, and callers must not block in it.
public final class ShimReactor: Sendable {
    private let poll: EventPoll
    private let handlers = Mutex<[Int32: Watched]>([:])

    /// The box keeps the descriptor's number from being reused while it is a key.
    private struct Watched: Sendable {
        let box: FDBox
        let handler: @Sendable () -> Void
    }

    /// Starts the thread, which lasts as long as the process.
    public init() throws(SystemError) {
        poll = try EventPoll()
        guard PlatformThread.detach({ [self] in run() }) else { throw SystemError(errno: 11, call: "pthread_create") }
    }

    func watch(_ target: FDBox, _ handler: @escaping @Sendable () -> Void) throws(SystemError) {
        handlers.withLock { $0[target.fd.rawValue] = Watched(box: target, handler: handler) }
        try poll.add(target.fd.rawValue, .readable)
    }

    func unwatch(_ target: FDBox) {
        poll.remove(target.fd.rawValue)
        _ = handlers.withLock { $0.removeValue(forKey: target.fd.rawValue) }
    }

    /// Takes the exit status of a child when it ends, so that no zombie stays. SIGCHLD is not needed for it.
    func reap(_ pidfd: FDBox) throws(SystemError) {
        try watch(pidfd) { [self] in
            unwatch(pidfd)
            _ = try? ChildProcess.wait(pidfd.fd)
        }
    }

    private func run() {
        while true {
            _ = try? poll.wait(milliseconds: -1) { target, _ in
                let watched = handlers.withLock { $0[target] }
                watched?.handler()
            }
        }
    }
}
