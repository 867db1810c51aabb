internal import CLinux

/// UDP sockets (`udp(7)`), non-blocking and close-on-exec.
public enum DatagramSocket {
    /// A socket of the calling thread's network namespace, not bound yet; `family` as in `SocketAddress`.
    public static func open(family: Int32) throws(SystemError) -> FD {
        FD(owning: try check(cl_inet_socket(family, 0), "socket"))
    }

    /// A socket that is bound; port 0 lets the kernel choose. Errors: as `FD.bind(to:)`.
    public static func bound(to address: SocketAddress) throws(SystemError) -> FD {
        let socket = try open(family: address.family)
        try socket.bind(to: address)
        return socket
    }
}

extension FD {
    /// Sends one datagram, without waiting (EAGAIN).
    public borrowing func send(_ bytes: UnsafeRawBufferPointer, to address: SocketAddress) throws(SystemError) {
        guard let base = bytes.baseAddress else { return }
        let raw = rawValue
        try check(address.withPointer { cl_send_datagram(raw, base, bytes.count, $0, address.length) }, "sendto")
    }
}

/// Room for a turn's datagrams and their replies, so that a flood costs one call each way for many of them
/// (`recvmmsg(2)`, `sendmmsg(2)`). Its memory is allocated once.
public struct DatagramBatch: ~Copyable {
    /// Datagrams at most, of each turn.
    public static let capacity = Int(CL_DATAGRAM_BATCH)
    /// Bytes at most, of each datagram and each reply.
    public let stride: Int

    private let requests: UnsafeMutableRawBufferPointer
    private let replies: UnsafeMutableRawBufferPointer
    private let addresses: UnsafeMutableRawBufferPointer
    private let addressLengths: UnsafeMutablePointer<UInt32>
    private let requestLengths: UnsafeMutablePointer<Int32>
    private let replyLengths: UnsafeMutablePointer<Int32>

    public init(stride: Int) {
        self.stride = stride
        requests = .allocate(byteCount: stride * Self.capacity, alignment: 16)
        replies = .allocate(byteCount: stride * Self.capacity, alignment: 16)
        addresses = .allocate(byteCount: Int(CL_INET_ADDRESS_SIZE) * Self.capacity, alignment: 16)
        addressLengths = .allocate(capacity: Self.capacity)
        requestLengths = .allocate(capacity: Self.capacity)
        replyLengths = .allocate(capacity: Self.capacity)
        addressLengths.initialize(repeating: 0, count: Self.capacity)
        requestLengths.initialize(repeating: 0, count: Self.capacity)
        replyLengths.initialize(repeating: 0, count: Self.capacity)
        // Requests and replies stay as they are: pages that nothing was written to cost nothing.
        addresses.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        for room in [requests, replies, addresses] { room.deallocate() }
        addressLengths.deallocate()
        requestLengths.deallocate()
        replyLengths.deallocate()
    }

    /// Takes what waits at `socket`, at most `capacity`; 0 when nothing does. Replies are forgotten.
    public borrowing func receive(from socket: borrowing FD) throws(SystemError) -> Int {
        guard let buffer = requests.baseAddress, let senders = addresses.baseAddress else { return 0 }
        let result = cl_receive_datagrams(
            socket.rawValue, buffer, stride, Int32(Self.capacity), requestLengths, senders, addressLengths)
        replyLengths.update(repeating: 0, count: Self.capacity)
        return result == -11 ? 0 : Int(try check(result, "recvmmsg"))
    }

    /// The datagram; nil when it was longer than `stride`.
    public borrowing func request(_ index: Int) -> UnsafeRawBufferPointer? {
        precondition((0..<Self.capacity).contains(index), "a datagram of the batch")
        guard requestLengths[index] >= 0 else { return nil }
        let start = index * stride
        return UnsafeRawBufferPointer(rebasing: requests[start..<(start + Int(requestLengths[index]))])
    }

    public borrowing func sender(_ index: Int) -> SocketAddress {
        precondition((0..<Self.capacity).contains(index), "a datagram of the batch")
        let size = Int(CL_INET_ADDRESS_SIZE)
        let bytes = UnsafeRawBufferPointer(rebasing: addresses[(index * size)..<((index + 1) * size)])
        return SocketAddress(copying: bytes, length: addressLengths[index])
    }

    /// Where the reply to a datagram is written; it is sent once `setReply` gives it a length.
    public borrowing func replyRoom(_ index: Int) -> UnsafeMutableRawBufferPointer {
        precondition((0..<Self.capacity).contains(index), "a datagram of the batch")
        return UnsafeMutableRawBufferPointer(rebasing: replies[(index * stride)..<((index + 1) * stride)])
    }

    public borrowing func setReply(_ index: Int, length: Int) {
        precondition((0..<Self.capacity).contains(index) && length <= stride, "a reply of the batch")
        replyLengths[index] = Int32(length)
    }

    /// Sends the replies of the first `count` datagrams to their senders. What the socket does not take now is lost, as
    /// datagrams may be: the asking side asks again.
    public borrowing func sendReplies(of count: Int, on socket: borrowing FD) {
        guard let buffer = replies.baseAddress, let receivers = addresses.baseAddress else { return }
        _ = cl_send_datagrams(
            socket.rawValue, buffer, stride, Int32(count), replyLengths, receivers, addressLengths)
    }
}
