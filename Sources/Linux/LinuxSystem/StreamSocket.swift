internal import CLinux

/// An IPv4 or IPv6 address with a port, as the kernel takes it (`ip(7)`, `ipv6(7)`).
public struct SocketAddress: Sendable, Hashable {
    /// A `struct sockaddr_in` or `sockaddr_in6`, zeroes after its end.
    private var storage: SIMD8<UInt32> = .zero
    private(set) var length: UInt32 = 0

    /// Of 4 or 16 bytes in network order; any other number is a programmer's error.
    public init(_ bytes: [UInt8], port: UInt16) {
        precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
        let size = bytes.withUnsafeBytes { raw in
            withUnsafeMutableBytes(of: &storage) { room in
                guard let from = raw.baseAddress, let to = room.baseAddress else { return Int32(0) }
                return cl_inet_address(from, raw.count, port, to)
            }
        }
        length = UInt32(size)
    }

    /// One that the kernel wrote: `bytes` has CL_INET_ADDRESS_SIZE.
    init(copying bytes: UnsafeRawBufferPointer, length: UInt32) {
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: bytes) }
        self.length = length
    }

    /// Where a socket is bound.
    fileprivate init(of socket: Int32) throws(SystemError) {
        let result = withUnsafeMutableBytes(of: &storage) { room in
            room.baseAddress.map { cl_inet_local_address(socket, $0) } ?? -22
        }
        length = UInt32(try check(result, "getsockname"))
    }

    /// AF_INET or AF_INET6: 2 and 10 on Linux.
    public var family: Int32 { Int32(storage[0] & 0xffff) }
    public var port: UInt16 { withPointer { cl_inet_port($0) } }

    func withPointer<Value>(_ body: (UnsafeRawPointer) -> Value) -> Value {
        withUnsafePointer(to: storage) { body(UnsafeRawPointer($0)) }
    }
}

/// TCP sockets (`tcp(7)`), non-blocking and close-on-exec.
public enum StreamSocket {
    /// A socket of the calling thread's network namespace, neither bound nor connected; `family` as in `SocketAddress`.
    public static func open(family: Int32) throws(SystemError) -> FD {
        FD(owning: try check(cl_inet_socket(family, 1), "socket"))
    }

    /// A socket that listens; port 0 lets the kernel choose. Errors: as `FD.bind(to:)`.
    public static func listening(at address: SocketAddress, backlog: Int32 = 64) throws(SystemError) -> FD {
        let socket = try open(family: address.family)
        try socket.bind(to: address)
        try check(cl_inet_listen(socket.rawValue, backlog), "listen")
        return socket
    }
}

extension FD {
    /// `bind(2)`. Errors: EADDRINUSE, EADDRNOTAVAIL, EACCES.
    public borrowing func bind(to address: SocketAddress) throws(SystemError) {
        let raw = rawValue
        try check(address.withPointer { cl_inet_bind(raw, $0, address.length) }, "bind")
    }

    /// `connect(2)`: to a datagram socket the kernel passes only what comes from there from now on, and its ICMP errors.
    /// A stream may be still on its way afterwards (EINPROGRESS is no error here): it is there when it is writable.
    public borrowing func connect(to address: SocketAddress) throws(SystemError) {
        let raw = rawValue
        let result = address.withPointer { cl_inet_connect(raw, $0, address.length) }
        if result != -115 { try check(result, "connect") }
    }

    /// `listen(2)`: connections are taken from here on.
    public borrowing func listen(backlog: Int32 = 128) throws(SystemError) {
        try check(cl_inet_listen(rawValue, backlog), "listen")
    }

    /// Where the socket is bound (`getsockname(2)`).
    public borrowing func localAddress() throws(SystemError) -> SocketAddress { try SocketAddress(of: rawValue) }

    /// What went wrong since the last question (SO_ERROR); nil when nothing did.
    public borrowing func takeSocketError() -> SystemError? {
        let result = cl_socket_error(rawValue)
        return result == 0 ? nil : SystemError(errno: -result, call: "socket")
    }
}
