import Glibc
import LinuxSystem
import Netlink
import Primitives
import Synchronization

/// Runs `body` inside a namespace, on a thread that ends with it.
func inside<Value: Sendable>(_ path: String, _ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    let (reader, writer) = try PacketSocket.streamPair()
    PlatformThread.detach {
        let result = Result {
            let namespace = try NetworkNamespace.open(path)
            try Namespaces.network.join(namespace)
            return try body()
        }
        outcome.value.withLock { $0 = result }
        try? writer.fd.writeAll([1])
    }
    var byte: UInt8 = 0
    _ = try withUnsafeMutableBytes(of: &byte) { try reader.fd.read(into: $0) }
    return try outcome.value.withLock { $0 }!.get()
}

private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
}

/// A socket with a thread that serves it. The thread closes it, and this waits for that: a number that is free again
/// must not be used by the thread any more.
class ServedSocket: @unchecked Sendable {
    // Invariant: nothing changes after init.
    let socket: Int32
    private let ended: FDBox

    init(_ socket: Int32, _ serve: @escaping @Sendable (Int32) -> Void) throws {
        let (reader, writer) = try PacketSocket.streamPair()
        self.socket = socket
        ended = reader
        PlatformThread.detach {
            serve(socket)
            close(socket)
            try? writer.fd.writeAll([1])
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        var byte: UInt8 = 0
        _ = try? withUnsafeMutableBytes(of: &byte) { try ended.fd.read(into: $0) }
    }
}

/// A TCP server that tells each client the address it comes from. Made in the calling thread's namespace.
final class Server: ServedSocket, @unchecked Sendable {
    init(port: UInt16, address: String = "0.0.0.0") throws {
        let fd = Glibc.socket(family(address), Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        guard withSocketAddress(address, port, { bind(fd, $0, $1) }) == 0, listen(fd, 16) == 0 else {
            let error = errno
            close(fd)
            throw SystemError(errno: error, call: "bind")
        }
        try super.init(fd, Self.serve)
    }

    private static func serve(_ socket: Int32) {
        while true {
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let client = withUnsafeMutablePointer(to: &peer) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { accept(socket, $0, &length) }
            }
            if client < 0 { return }
            let text = Array(addressOf(peer).description.utf8)
            _ = send(client, text, text.count, Int32(MSG_NOSIGNAL))
            close(client)
        }
    }
}

/// What the server at an address says, or nil when there is none to be reached within the time.
func ask(_ address: String, _ port: UInt16, milliseconds: Int = 2000) -> String? {
    let fd = Glibc.socket(family(address), Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(fd) }
    var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    guard withSocketAddress(address, port, { connect(fd, $0, $1) }) == 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = recv(fd, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
}

/// Sends datagrams from one port.
final class DatagramClient: Sendable {
    private let socket: Int32

    init(from port: UInt16 = 0) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard withSocketAddress("0.0.0.0", port, { bind(socket, $0, $1) }) == 0 else {
            throw SystemError(errno: errno, call: "bind")
        }
    }

    /// Sends one and waits for the same to come back.
    func ask(_ address: String, _ port: UInt16, milliseconds: Int = 2000) -> Bool {
        var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var byte: UInt8 = .random(in: 1...255)
        let sent = withSocketAddress(address, port) { Int32(sendto(socket, &byte, 1, 0, $0, $1)) }
        guard sent == 1 else { return false }
        var answer: UInt8 = 0
        return recv(socket, &answer, 1, 0) == 1 && answer == byte
    }

    deinit { close(socket) }
}

/// A UDP server that answers each datagram with itself.
final class EchoServer: ServedSocket, @unchecked Sendable {
    init(port: UInt16) throws {
        let fd = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard withSocketAddress("0.0.0.0", port, { bind(fd, $0, $1) }) == 0 else {
            throw SystemError(errno: errno, call: "bind")
        }
        try super.init(fd, Self.serve)
    }

    private static func serve(_ socket: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64)
        var peer = sockaddr_storage()
        while true {
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &peer) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let count = recvfrom(socket, &buffer, buffer.count, 0, address, &length)
                    if count > 0 { sendto(socket, buffer, count, 0, address, length) }
                    return count
                }
            }
            if count <= 0 { return }
        }
    }
}

private func family(_ address: String) -> Int32 { address.contains(":") ? AF_INET6 : AF_INET }

private func addressOf(_ peer: sockaddr_storage) -> IPAddress {
    withUnsafeBytes(of: peer) { bytes in
        let family: AddressFamily = Int32(peer.ss_family) == AF_INET6 ? .v6 : .v4
        let address = family == .v6 ? bytes[8..<24] : bytes[4..<8]
        return IPAddress(rawValue: address.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }, family)
    }
}

/// IPv6 by its colons.
func withSocketAddress(
    _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
    let parsed = IPAddress(address) ?? .any(.v4)
    var storage = sockaddr_storage()
    storage.ss_family = sa_family_t(family(address))
    withUnsafeMutableBytes(of: &storage) { bytes in
        (bytes[2], bytes[3]) = (UInt8(port >> 8), UInt8(port & 0xff))
        for (index, byte) in parsed.bytes.enumerated() { bytes[(parsed.family == .v6 ? 8 : 4) + index] = byte }
    }
    let length = socklen_t(parsed.family == .v6 ? 28 : 16)
    return withUnsafePointer(to: &storage) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
}
