internal import CLinux

/// Two connected stream sockets, both close-on-exec (`socketpair(2)`), each to be taken out by its owner.
public struct SocketPair: ~Copyable, Sendable {
    private var first: FD?
    private var second: FD?

    /// Enough that who writes an archive and who reads it seldom wait for each other.
    public static let archiveBytes = 1 << 20

    /// `buffer`: bytes that may wait on the way, where the process may say so; nil is the system's measure.
    public init(buffer: Int? = nil) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let result = ends.withUnsafeMutableBufferPointer { cl_socketpair($0.baseAddress!, 0) }
        try check(result, "socketpair")
        if let buffer { for end in ends { _ = cl_send_buffer(end, Int32(clamping: buffer)) } }
        first = FD(owning: ends[0])
        second = FD(owning: ends[1])
    }

    /// Once; a second call is a programmer's error.
    public mutating func takeFirst() -> FD { first.take()! }
    /// Once; a second call is a programmer's error.
    public mutating func takeSecond() -> FD { second.take()! }
}

extension FD {
    /// Makes this end of a stream socket readable with an end of file, whatever the other end does (`shutdown(2)` SHUT_RD).
    public borrowing func finishReading() { _ = cl_shutdown(rawValue, 0) }
}
