#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
public import Primitives

/// Two connected stream sockets in one process (`socketpair(2)`), closed on exec.
public enum StreamPair {
    /// Errors: `unavailable` when the process or the system has no descriptor left.
    public static func make() throws(EngineError) -> (ByteChannel, ByteChannel) {
        var ends: [Int32] = [-1, -1]
        #if os(Linux)
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
        let kind = SOCK_STREAM
        #endif
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw EngineError(.unavailable, "no descriptor is left for a stream")
        }
        #if os(Linux)
        // Archives pass through: who writes and who reads should seldom wait for each other. Past the system's limit, where
        // the process may do so.
        var bytes: Int32 = 1 << 20
        for end in ends { setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, socklen_t(MemoryLayout<Int32>.size)) }
        #endif
        return (channel(ends[0]), channel(ends[1]))
    }

    private static func channel(_ descriptor: Int32) -> ByteChannel {
        ByteChannel(descriptor: descriptor) { _ = close($0) }
    }
}
