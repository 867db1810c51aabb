import LinuxSystem
import Primitives
import Synchronization
import Testing

@testable import NameServer

private let loopback: [UInt8] = [127, 0, 0, 1]

/// A server without a thread, which goes on when the test says so, by a clock that the test moves.
final class TestServer {
    final class Clock: Sendable {
        private let value = Mutex<Int64>(1_000_000_000)
        func now() -> Int64 { value.withLock { $0 } }
        func advance(seconds: Int64) { value.withLock { $0 += seconds * 1_000_000_000 } }
    }

    let state: ServerState
    let loop: ServingLoop
    let clock = Clock()

    init(limits: ForwardTable.Limits = .init()) throws {
        state = try ServerState()
        let clock = clock
        loop = ServingLoop(state, clock: { clock.now() }, limits: limits)
    }

    func add(_ endpoint: String, _ name: String, _ addresses: String..., zone: String = "net") {
        let record = NameRecord(
            endpoint: endpoint, primaryName: name, addresses: addresses.compactMap { IPAddress($0) })
        state.change { $0.add(record, to: zone) }
    }

    /// A container and the sockets of its server.
    func open(
        _ name: String = "c", _ view: ClientView = ClientView(zones: ["net"], forwards: false),
        opener: @escaping SocketOpener = NameServer.withoutNetwork
    ) throws -> TestClient {
        let udp = try DatagramSocket.bound(to: SocketAddress(loopback, port: 0))
        let tcp = try StreamSocket.listening(at: SocketAddress(loopback, port: 0))
        let client = try TestClient(datagrams: try udp.localAddress(), listener: try tcp.localAddress())
        let (datagrams, listener) = (FDBox(udp), FDBox(tcp))
        state.open(name, View(view)) { .open($0, datagrams: datagrams, listener: listener, opener: opener) }
        return client
    }

    /// Lets the server work until `done` gives something; it waits for events that are under way, at most two seconds.
    func run<Value>(until done: () throws -> Value?) throws -> Value? {
        for _ in 0..<200 {
            if let value = try done() { return value }
            loop.turn(waiting: 10)
        }
        return try done()
    }

    /// Lets the server do all that is there to be done.
    func runDry() { for _ in 0..<8 { loop.turn(waiting: 0) } }
}

/// A container that asks.
struct TestClient: ~Copyable {
    let udp: FD
    let listener: SocketAddress

    init(datagrams: SocketAddress, listener: SocketAddress) throws {
        let socket = try DatagramSocket.bound(to: SocketAddress(loopback, port: 0))
        try socket.connect(to: datagrams)
        udp = socket
        self.listener = listener
    }

    func send(_ message: [UInt8]) throws {
        #expect(try message.withUnsafeBytes { try udp.sendNow($0) } == message.count)
    }

    func receive() throws -> [UInt8]? { try receiveNow(udp) }

    func connect() throws -> TestStream { try TestStream(to: listener) }

    /// Asks over UDP and gives the answer.
    func ask(_ message: [UInt8], _ server: TestServer) throws -> [UInt8]? {
        try send(message)
        return try server.run { try receiveNow(udp) }
    }
}

/// One end of a TCP connection, with lengths before messages.
final class TestStream {
    private let socket: FDBox
    private var input: [UInt8] = []
    private(set) var isFinished = false

    init(to address: SocketAddress) throws {
        socket = FDBox(try StreamSocket.open(family: address.family))
        try socket.fd.connect(to: address)
    }

    init(_ socket: consuming FD) { self.socket = FDBox(socket) }

    static func frame(_ message: [UInt8]) -> [UInt8] {
        [UInt8(message.count >> 8), UInt8(message.count & 0xff)] + message
    }

    func send(raw bytes: [UInt8]) throws {
        #expect(try bytes.withUnsafeBytes { try socket.fd.sendNow($0) } == bytes.count)
    }
    func send(_ message: [UInt8]) throws { try send(raw: Self.frame(message)) }
    func finishWriting() { socket.fd.finishWriting() }

    func receive() throws -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 65_537)
        do {
            if let count = try chunk.withUnsafeMutableBytes({ try socket.fd.receiveNow(into: $0) }) {
                isFinished = count == 0
                input += chunk[..<count]
            }
        } catch { isFinished = true }
        guard input.count >= 2 else { return nil }
        let length = Int(input[0]) << 8 | Int(input[1])
        guard input.count >= 2 + length else { return nil }
        defer { input.removeFirst(2 + length) }
        return Array(input[2..<(2 + length)])
    }
}

func receiveNow(_ socket: borrowing FD) throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 65_537)
    let count = try bytes.withUnsafeMutableBytes { try socket.receiveNow(into: $0) }
    return count.map { Array(bytes[..<$0]) }
}

/// A server somewhere else: the test reads what it is asked and answers by hand.
final class TestUpstream {
    private static let lastHost = Mutex<UInt16>(0)
    /// An address for each, where no other test's connections have taken the port.
    private let host: [UInt8]
    private let batch = DatagramBatch(stride: 4096)
    private let udp: FDBox
    private let tcp: FDBox
    let address: SocketAddress
    /// Who asked last.
    private(set) var asker: SocketAddress?

    init() throws {
        let number = Self.lastHost.withLock { last in
            last += 1
            return last
        }
        host = [127, 77, UInt8(number >> 8), UInt8(number & 0xff)]
        udp = FDBox(try DatagramSocket.bound(to: SocketAddress(host, port: 0)))
        address = try udp.fd.localAddress()
        tcp = FDBox(try StreamSocket.listening(at: address))
    }

    var upstream: Upstream {
        Upstream(.v4(IPv4Address(host[0], host[1], host[2], host[3])), port: address.port, place: .host)
    }

    /// What waits, oldest first, each with who asked.
    func questions() throws -> [(message: [UInt8], asker: SocketAddress)] {
        let count = try batch.receive(from: udp.fd)
        return (0..<count).compactMap { index in
            batch.request(index).map { (Array($0), batch.sender(index)) }
        }
    }

    func question() throws -> [UInt8]? {
        guard let (message, asker) = try questions().first else { return nil }
        self.asker = asker
        return message
    }

    func answer(_ message: [UInt8], to other: SocketAddress? = nil) throws {
        let receiver = try #require(other ?? asker)
        try message.withUnsafeBytes { try udp.fd.send($0, to: receiver) }
    }

    func accept() throws -> TestStream? { try tcp.fd.accept().map { TestStream($0) } }
}

extension FD? {
    fileprivate consuming func map<Value>(_ body: (consuming FD) -> Value) -> Value? {
        switch consume self {
        case .some(let fd): body(fd)
        case .none: nil
        }
    }
}

/// The answer to a question: one A record of 60 seconds.
func answered(_ question: [UInt8], _ address: String = "05060708", flags: UInt16 = 0x8180) -> [UInt8] {
    var answer = question
    (answer[2], answer[3], answer[7]) = (UInt8(flags >> 8), UInt8(flags & 0xff), 1)
    // The OPT record, where there is one, is left out.
    let end = (answer[12...].firstIndex(of: 0) ?? 0) + 5
    answer[11] = 0
    return answer[..<end] + hex("c00c 0001 0001 0000003c 0004" + address)
}
