import LinuxSystem
import Primitives
import Testing

@testable import PortProxy

/// The server's loop is turned by the test itself: nothing sleeps, nothing runs beside it.
@Suite struct ProxyServerTests {
    private static let loopback = IPAddress.v4(.loopback)
    private static let here = SocketAddress(loopback.bytes, port: 0)
    private static let hereIPv6 = SocketAddress(IPv6Address(high: 0, low: 1).bytes, port: 0)

    /// A proxy in front of a server of the test's.
    private final class Stage {
        let proxy: ProxyServer
        let front: SocketAddress
        let backend: FDBox

        init(_ transport: ProxyEntry.Transport, front: SocketAddress = here) throws {
            let socket = FDBox(
                transport == .udp ? try DatagramSocket.bound(to: front) : try StreamSocket.open(family: front.family))
            if transport != .udp { try socket.fd.bind(to: front) }
            self.front = try socket.fd.localAddress()
            backend = FDBox(
                transport == .udp ? try DatagramSocket.bound(to: here) : try StreamSocket.listening(at: here))
            let port = try backend.fd.localAddress().port
            proxy = try ProxyServer([(ProxyEntry(transport, loopback, port: port), socket)])
        }

        func connect() throws -> FDBox {
            let client = FDBox(try StreamSocket.open(family: front.family))
            try client.fd.connect(to: front)
            return client
        }

        /// Turns the proxy until `step` says what it waits for.
        func until<Value>(_ step: () throws -> Value?) throws -> Value {
            for _ in 0..<100_000 {
                if let value = try step() { return value }
                try proxy.turn(milliseconds: 1)
            }
            throw SystemError(errno: 110, call: "wait")
        }

        func accept() throws -> FDBox {
            try until {
                guard let socket = try backend.fd.accept() else { return nil }
                try socket.setNonBlocking(true)
                return FDBox(socket)
            }
        }

        func read(_ socket: FDBox, _ count: Int) throws -> [UInt8] {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            return try until {
                let got = try buffer.withUnsafeMutableBytes { try socket.fd.receiveNow(into: $0) }
                guard let got else { return nil }
                all += buffer[..<got]
                return got == 0 || all.count >= count ? all : nil
            }
        }

        func write(_ socket: FDBox, _ bytes: [UInt8]) throws {
            var rest = bytes[...]
            _ = try until { () -> Bool? in
                let sent = try rest.withUnsafeBytes { try socket.fd.sendNow($0) } ?? 0
                rest = rest.dropFirst(sent)
                return rest.isEmpty ? true : nil
            }
        }
    }

    @Test(arguments: [false, true]) func passesBytesBothWaysAndTheirEnds(isIPv6: Bool) throws {
        let stage = try Stage(.tcp, front: isIPv6 ? Self.hereIPv6 : Self.here)
        let client = try stage.connect()
        let server = try stage.accept()
        try stage.write(client, Array("question".utf8))
        #expect(try stage.read(server, 8) == Array("question".utf8))
        client.fd.finishWriting()
        #expect(try stage.read(server, 1) == [])
        // The other direction is still open.
        try stage.write(server, Array("answer".utf8))
        #expect(try stage.read(client, 6) == Array("answer".utf8))
        server.fd.finishWriting()
        #expect(try stage.read(client, 1) == [])
    }

    @Test func losesNothingOfTenMegabytes() throws {
        let stage = try Stage(.tcp)
        let client = try stage.connect()
        let server = try stage.accept()
        let data = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var (sent, received) = (data[...], [UInt8]())
        var buffer = [UInt8](repeating: 0, count: 65_536)
        _ = try stage.until { () -> Bool? in
            if !sent.isEmpty {
                let count = try sent.prefix(200_000).withUnsafeBytes { try client.fd.sendNow($0) } ?? 0
                sent = sent.dropFirst(count)
            }
            if let count = try buffer.withUnsafeMutableBytes({ try server.fd.receiveNow(into: $0) }) {
                received += buffer[..<count]
            }
            return received.count == data.count ? true : nil
        }
        #expect(received == data)
    }

    @Test func endsTheConnectionWhenNobodyAnswersBehind() throws {
        let stage = try Stage(.tcp)
        stage.backend.fd.shutDown()
        let client = try stage.connect()
        let end = try stage.until { () -> Bool? in
            var byte: UInt8 = 0
            do {
                return try withUnsafeMutableBytes(of: &byte) { try client.fd.receiveNow(into: $0) }.map { $0 == 0 }
            } catch { return true }
        }
        #expect(end)
    }

    @Test func holdsManyConnectionsAtOnce() throws {
        let stage = try Stage(.tcp)
        var pairs: [(FDBox, FDBox)] = []
        for _ in 0..<200 { pairs.append((try stage.connect(), try stage.accept())) }
        for (number, (client, server)) in pairs.enumerated() {
            try stage.write(client, [UInt8(number & 255)])
            #expect(try stage.read(server, 1) == [UInt8(number & 255)])
        }
    }

    @Test func keepsDatagramsOfTwoClientsApart() throws {
        let stage = try Stage(.udp)
        let batch = DatagramBatch(stride: 2048)
        let clients = try (0..<2).map { _ in
            let socket = FDBox(try DatagramSocket.bound(to: Self.here))
            try socket.fd.connect(to: stage.front)
            return socket
        }
        for (number, client) in clients.enumerated() {
            #expect(try [UInt8(number)].withUnsafeBytes { try client.fd.sendNow($0) } == 1)
        }
        // The server answers each with its own byte, twice.
        var answered = 0
        _ = try stage.until { () -> Bool? in
            let count = try batch.receive(from: stage.backend.fd)
            for index in 0..<count {
                guard let bytes = batch.request(index) else { continue }
                let reply = [bytes[0], bytes[0]]
                _ = try reply.withUnsafeBytes { try stage.backend.fd.send($0, to: batch.sender(index)) }
                answered += 1
            }
            return answered == 2 ? true : nil
        }
        for (number, client) in clients.enumerated() {
            #expect(try stage.read(client, 2) == [UInt8(number), UInt8(number)])
        }
    }
}
