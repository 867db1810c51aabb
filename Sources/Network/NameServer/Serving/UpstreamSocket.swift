internal import LinuxSystem

/// A datagram socket of one client towards one upstream, with a port that the kernel chose at random.
final class UpstreamSocket {
    /// Questions over one port before another one is taken: a port that lives for ever could be found out (RFC 5452
    /// 9.2).
    static let maximumUses = 256

    let number: Int
    let client: Int
    let upstream: Upstream
    let socket: FDBox
    var lastUse: Int64
    var uses = 0

    init(_ number: Int, _ client: Int, _ upstream: Upstream, _ socket: FDBox, now: Int64) {
        self.number = number
        self.client = client
        self.upstream = upstream
        self.socket = socket
        lastUse = now
    }

    var isWornOut: Bool { uses >= Self.maximumUses }
}

/// A TCP connection towards an upstream, for one question.
final class UpstreamStream {
    let number: Int
    let client: Int
    let exchange: Int
    let socket: FDBox
    private var output: [UInt8] = []
    private var written = 0
    private var input: [UInt8] = []

    init(_ number: Int, _ exchange: Exchange, _ socket: FDBox) {
        self.number = number
        client = exchange.origin.client
        self.exchange = exchange.number
        self.socket = socket
    }

    /// The question to write, under the id that it has here.
    func setQuestion(_ message: [UInt8], id: UInt16) {
        output = [UInt8(truncatingIfNeeded: message.count >> 8), UInt8(truncatingIfNeeded: message.count)]
        output += [UInt8(truncatingIfNeeded: id >> 8), UInt8(truncatingIfNeeded: id)] + message[2...]
    }

    /// Writes what the socket takes; true when nothing is left. Errors: ECONNREFUSED and the like.
    func flush() throws(SystemError) -> Bool {
        if let error = socket.fd.takeSocketError() { throw error }
        let count = try output.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            try socket.fd.sendNow(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[written...])))
        }
        written += count ?? 0
        return written == output.count
    }

    /// Reads what is there, through `room`; the message, once it is whole. Errors: EPIPE when the other side ends
    /// before.
    func receive(through room: UnsafeMutableRawBufferPointer) throws(SystemError) -> [UInt8]? {
        guard let count = try socket.fd.receiveNow(into: room) else { return nil }
        if count == 0 { throw SystemError(errno: 32, call: "recv") }
        input.append(contentsOf: room[..<count])
        guard input.count >= 2 else { return nil }
        let length = Int(input[0]) << 8 | Int(input[1])
        return input.count >= 2 + length ? Array(input[2..<(2 + length)]) : nil
    }
}
