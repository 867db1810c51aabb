internal import CLinux
internal import Glibc

/// AF_UNIX SOCK_SEQPACKET sockets: each send is one message, and can carry descriptors (`unix(7)`).
public enum PacketSocket {
    /// The longest message that is sent or taken, in bytes.
    public static let maximumLength = 65_536

    public static func pair() throws(SystemError) -> (FDBox, FDBox) { try pair(packets: true) }

    /// Two connected stream sockets.
    public static func streamPair() throws(SystemError) -> (FDBox, FDBox) { try pair(packets: false) }

    private static func pair(packets: Bool) throws(SystemError) -> (FDBox, FDBox) {
        var first: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &first) { raw in
            cl_socketpair(raw.assumingMemoryBound(to: Int32.self).baseAddress.unsafelyUnwrapped, packets ? 1 : 0)
        }
        try check(result, "socketpair")
        return (FDBox(FD(owning: first.0)), FDBox(FD(owning: first.1)))
    }

    /// A non-blocking listener at `path`, which must be shorter than 108 bytes (ENAMETOOLONG).
    public static func listen(at path: String, backlog: Int32 = 16) throws(SystemError) -> FD {
        FD(owning: try check(cl_listen_local(path, backlog, 1), "bind", path))
    }

    /// The same for streams.
    public static func listenForStreams(at path: String, backlog: Int32 = 16) throws(SystemError) -> FD {
        FD(owning: try check(cl_listen_local(path, backlog, 0), "bind", path))
    }

    public static func connect(to path: String) throws(SystemError) -> FD {
        FD(owning: try check(cl_connect_packets(path), "connect", path))
    }
}

/// A message with the descriptors that came along.
public struct Packet: ~Copyable {
    public var bytes: [UInt8]
    public var descriptors: [FDBox]
}

extension FD {
    /// The next waiting connection; nil when there is none (EAGAIN).
    public borrowing func accept() throws(SystemError) -> FD? {
        let result = cl_accept(rawValue)
        if result == -11 || result == -103 { return nil }
        return FD(owning: try check(result, "accept4"))
    }

    /// Who connected (SO_PEERCRED): the user id at that time.
    public borrowing func peerUser() throws(SystemError) -> UInt32 {
        var uid: UInt32 = 0
        try check(cl_peer_uid(rawValue, &uid), "getsockopt", "SO_PEERCRED")
        return uid
    }

    /// Sends one message; `descriptors` stay the caller's. `waits` false: EAGAIN when the other end does not read.
    public borrowing func sendPacket(
        _ bytes: [UInt8], descriptors: [Int32] = [], waits: Bool = true
    ) throws(SystemError) {
        let sent = bytes.withUnsafeBytes { raw in
            raw.baseAddress.map {
                cl_send_message(rawValue, $0, raw.count, descriptors, descriptors.count, waits ? 0 : 0x40)
            } ?? -22
        }
        try check(sent, "sendmsg")
    }

    /// The next message; nil at the end. EAGAIN when `waits` is false and none is there; EMSGSIZE when it is longer
    /// than `PacketSocket.maximumLength`.
    ///
    /// Of another end that left without reading all that it was sent the kernel tells first (ECONNRESET, once), then come
    /// its last messages: they are not lost here.
    public borrowing func receivePacket(
        waits: Bool = true, capacity: Int = PacketSocket.maximumLength
    ) throws(SystemError) -> Packet? {
        var numbers = [Int32](repeating: -1, count: 8)
        var count = 0
        var failure = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, length in
            guard let base = buffer.baseAddress else { return }
            var received = cl_receive_message(rawValue, base, buffer.count, &numbers, &count, waits ? 0 : 0x40)
            if received == -ECONNRESET {
                received = cl_receive_message(rawValue, base, buffer.count, &numbers, &count, waits ? 0 : 0x40)
            }
            if received < 0 { failure = received } else { length = received }
        }
        let descriptors = numbers[..<count].map { FDBox(FD(owning: $0)) }
        try check(failure, "recvmsg")
        return bytes.isEmpty ? nil : Packet(bytes: bytes, descriptors: descriptors)
    }

    /// Writes what a socket takes right now; nil when it takes nothing (EAGAIN). Never raises SIGPIPE.
    public borrowing func sendNow(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        guard let base = buffer.baseAddress else { return 0 }
        let result = cl_send_now(rawValue, base, buffer.count)
        return result == -11 ? nil : try check(result, "send")
    }

    /// Reads what a socket holds right now: 0 at its end, nil when nothing is there (EAGAIN).
    public borrowing func receiveNow(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        guard let base = buffer.baseAddress else { return 0 }
        let result = cl_receive_now(rawValue, base, buffer.count)
        return result == -11 ? nil : try check(result, "recv")
    }

    /// No more will be written: the other end reads its end of file (`shutdown(2)` SHUT_WR).
    public borrowing func finishWriting() { _ = cl_shutdown(rawValue, 1) }

    /// Ends both directions, whoever else holds the socket (`shutdown(2)` SHUT_RDWR).
    public borrowing func shutDown() { _ = cl_shutdown(rawValue, 2) }

    /// `O_NONBLOCK` on or off, for every descriptor of the same open file.
    public borrowing func setNonBlocking(_ on: Bool) throws(SystemError) {
        try check(cl_set_nonblocking(rawValue, on ? 1 : 0), "fcntl")
    }

    /// The size of a pipe's buffer; the kernel may refuse above its limit (EPERM).
    public borrowing func setPipeSize(_ bytes: Int32) throws(SystemError) {
        try check(cl_set_pipe_size(rawValue, bytes), "fcntl", "F_SETPIPE_SZ")
    }

    /// Writes once and says how much was taken (`write(2)`).
    public borrowing func write(_ bytes: [UInt8]) throws(SystemError) -> Int {
        try bytes.withUnsafeBufferPointer { (raw) throws(SystemError) in try write(UnsafeRawBufferPointer(raw)) }
    }

    /// Bytes that can be read without waiting (FIONREAD); 0 where the question makes no sense.
    public var bytesWaiting: Int32 { max(0, cl_bytes_waiting(rawValue)) }

    /// A pipe's two ends, for keeping them apart (`pipe2(2)`).
    public static func pipeEnds() throws(SystemError) -> (reader: FDBox, writer: FDBox) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) { raw in
            cl_pipe(raw.assumingMemoryBound(to: Int32.self).baseAddress.unsafelyUnwrapped, 0)
        }
        try check(result, "pipe2")
        return (FDBox(FD(owning: ends.0)), FDBox(FD(owning: ends.1)))
    }
}
