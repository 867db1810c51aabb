#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
internal import Primitives

/// Signals as bytes that can be polled for: each is its number.
public enum SignalPipe {
    nonisolated(unsafe) private static var writer: Int32 = -1

    /// Catches `signals` from now on; the descriptor gives one byte for each. One at a time in a process.
    public static func open(for signals: [Int32]) -> Descriptor? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        writer = ends[1]
        for number in signals {
            signal(number) { number in
                // Only what is safe in a handler (signal-safety(7)).
                var byte = UInt8(truncatingIfNeeded: number)
                let saved = errno
                _ = write(SignalPipe.writer, &byte, 1)
                errno = saved
            }
        }
        return Descriptor(ends[0])
    }

    /// Signals do what they do by themselves again. The reader is closed by who opened it.
    public static func close(for signals: [Int32]) {
        for number in signals { signal(number, SIG_DFL) }
        guard writer >= 0 else { return }
        Descriptor(writer).closeNow()
        writer = -1
    }

    /// A write to somebody who is gone is an error, not the end of the process.
    public static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// What `--sig-proxy` forwards: everything that can be caught but those of children, pipes and windows.
    public static let forwarded: [Int32] = (1...31).filter {
        ![
            SIGKILL, SIGSTOP, SIGCHLD, SIGPIPE, SIGWINCH, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTSTP, SIGTTIN, SIGTTOU,
            SIGURG,
        ]
        .contains($0)
    }
    public static let windowChange = SIGWINCH
    /// Those that end a process and may be caught.
    public static let endings: [Int32] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
}
