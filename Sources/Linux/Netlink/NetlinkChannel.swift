internal import CLinux
public import LinuxSystem

/// Where requests go and answers come from: the kernel, or a transcript in a test.
public protocol NetlinkChannel: Sendable {
    /// Sends one datagram of one or more messages.
    func send(_ datagram: [UInt8]) throws(SystemError)
    /// The next datagram. Errors: EAGAIN when none comes in time.
    func receive() throws(SystemError) -> [UInt8]
}

extension NetlinkChannel {
    func send(_ datagram: [UInt8], for operation: String) throws(NetlinkError) {
        do { try send(datagram) } catch { throw NetlinkError(errno: error.errno, operation: operation) }
    }

    /// The messages of the next datagram.
    func messages(for operation: String) throws(NetlinkError) -> [NetlinkMessage] {
        let datagram: [UInt8]
        do { datagram = try receive() } catch { throw NetlinkError(errno: error.errno, operation: operation) }
        guard let messages = NetlinkMessage.split(datagram) else { throw .malformed(operation) }
        return messages
    }
}

/// A netlink socket. It stays in the network namespace of the thread that opened it.
public struct NetlinkSocket: NetlinkChannel {
    private let socket: FDBox

    /// Seconds that an answer may take; the kernel gives it before `send` returns.
    static let timeLimit: Int32 = 10

    init(_ fd: consuming FD) { socket = FDBox(fd) }

    /// NETLINK_ROUTE in the calling thread's namespace.
    public static func route() throws(SystemError) -> NetlinkSocket {
        NetlinkSocket(FD(owning: try check(cl_netlink_open(0, timeLimit), "socket", "netlink")))
    }

    /// NETLINK_NETFILTER in the calling thread's namespace.
    public static func netfilter() throws(SystemError) -> NetlinkSocket {
        NetlinkSocket(FD(owning: try check(cl_netlink_open(12, timeLimit), "socket", "netlink")))
    }

    /// NETLINK_ROUTE in another namespace, opened by a thread of its own (`setns(2)`).
    public static func route(in namespace: borrowing FD) throws(SystemError) -> NetlinkSocket {
        let raw = cl_netns_netlink(namespace.rawValue, timeLimit)
        return NetlinkSocket(FD(owning: try check(raw, "setns", "network namespace")))
    }

    public func send(_ datagram: [UInt8]) throws(SystemError) {
        let fd = socket.fd.rawValue
        let count = datagram.withUnsafeBytes { raw in raw.baseAddress.map { cl_write(fd, $0, raw.count) } ?? 0 }
        // EMSGSIZE
        guard try check(count, "write", "netlink") == datagram.count else {
            throw SystemError(errno: 90, call: "write", subject: "netlink")
        }
    }

    public func receive() throws(SystemError) -> [UInt8] {
        // The kernel fills at most 32 KiB per datagram of a dump (netlink_dump).
        let capacity = 65_536
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            if let base = buffer.baseAddress { length = cl_netlink_receive(socket.fd.rawValue, base, capacity) }
            count = max(0, min(length, capacity))
        }
        try check(length, "recvfrom", "netlink")
        guard length <= capacity else { throw SystemError(errno: 90, call: "recvfrom", subject: "netlink") }
        return bytes
    }
}
