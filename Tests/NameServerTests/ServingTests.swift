import LinuxSystem
import Primitives
import Testing

@testable import NameServer

@Suite struct ServingTests {
    private func serverWithWeb() throws -> TestServer {
        let server = try TestServer()
        server.add("e", "web", "10.1.0.2")
        return server
    }

    @Test func answersOverUDP() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        let answer = try #require(try client.ask(Captured.stubQuery, server))
        #expect(
            answer == hex("3c2f 8180 0001 0001 0000 0000 0377656200 0001 0001 c00c 0001 0001 00000258 0004 0a010002"))
    }

    @Test func saysNothingToWhatIsNoQuery() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        for bytes in [[], [1], Captured.wiresharkAnswer, [UInt8](repeating: 1, count: 5000)] { try client.send(bytes) }
        #expect(try client.ask(question("web", type: 1, id: 99), server)?.prefix(2) == [0, 99])
        server.runDry()
        #expect(try client.receive() == nil)
    }

    @Test func answersSeveralQuestionsOnOneConnection() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        let stream = try client.connect()
        let queries = (1...20).map { question("web", type: 1, id: UInt16($0)) }
        try stream.send(raw: queries.flatMap { TestStream.frame($0) })
        for id in 1...20 {
            let answer = try #require(try server.run { try stream.receive() })
            #expect(DecodedMessage(answer)?.id == id)
            #expect(DecodedMessage(answer)?.data == [[10, 1, 0, 2]])
        }
    }

    @Test func takesQuestionsInPieces() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        let stream = try client.connect()
        for byte in TestStream.frame(Captured.stubQuery) {
            try stream.send(raw: [byte])
            server.runDry()
        }
        #expect(try server.run { try stream.receive() }?.count == 37)
    }

    @Test func answersAfterTheClientHasFinishedWriting() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        let stream = try client.connect()
        try stream.send(Captured.stubQuery)
        stream.finishWriting()
        #expect(try server.run { try stream.receive() } != nil)
        _ = try server.run { try stream.receive() ?? (stream.isFinished ? [] : nil) }
        #expect(stream.isFinished)
        #expect(server.loop.connections.isEmpty)
    }

    @Test func closesConnectionsThatAreIdleForTenSeconds() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        let stream = try client.connect()
        try stream.send(Captured.stubQuery)
        #expect(try server.run { try stream.receive() } != nil)
        // Half a question does not count as work.
        try stream.send(raw: [0])
        server.clock.advance(seconds: 9)
        server.runDry()
        #expect(server.loop.connections.count == 1)
        server.clock.advance(seconds: 1)
        server.runDry()
        #expect(server.loop.connections.isEmpty)
    }

    @Test func closesAConnectionWithAQuestionTooLong() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        let stream = try client.connect()
        try stream.send(raw: [0xff, 0xff])
        _ = try server.run { try stream.receive() ?? (stream.isFinished ? [] : nil) }
        #expect(stream.isFinished)
    }

    @Test func takesSixteenConnectionsOfAClient() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        let other = try server.open("d")
        let streams = try (0..<20).map { _ in try client.connect() }
        let last = try other.connect()
        server.runDry()
        #expect(server.loop.connections.count == 17)
        _ = streams.map { try? $0.receive() }
        #expect(streams.filter(\.isFinished).count == 4)
        try last.send(Captured.stubQuery)
        #expect(try server.run { try last.receive() } != nil)
    }

    @Test func aFloodDelaysOthersByOneShare() throws {
        let server = try serverWithWeb()
        let flooding = try server.open("flooding")
        let modest = try server.open("modest")
        for id in 0..<100 { try flooding.send(question("web", type: 1, id: UInt16(id))) }
        try modest.send(Captured.stubQuery)
        // The first turn hears of the clients, the second serves them.
        server.loop.turn(waiting: 0)
        server.loop.turn(waiting: 0)
        #expect(try modest.receive() != nil)
        var answers = 0
        while try flooding.receive() != nil { answers += 1 }
        #expect(answers == DatagramBatch.capacity)
        server.runDry()
        while try flooding.receive() != nil { answers += 1 }
        #expect(answers == 100)
    }

    @Test func seesChangesAtTheNextQuestion() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        #expect(DecodedMessage(try client.ask(question("late", type: 1), server) ?? [])?.code == 2)
        server.add("l", "late", "10.1.0.9", zone: "other")
        server.state.update("c", View(ClientView(zones: ["other"])))
        #expect(DecodedMessage(try client.ask(question("late", type: 1), server) ?? [])?.data == [[10, 1, 0, 9]])
        #expect(DecodedMessage(try client.ask(question("web", type: 1), server) ?? [])?.code == 2)
    }

    @Test func closesAllThatAClientHad() throws {
        let server = try serverWithWeb()
        let client = try server.open()
        let stream = try client.connect()
        try stream.send(Captured.stubQuery)
        #expect(try server.run { try stream.receive() } != nil)
        server.state.close("c")
        server.runDry()
        #expect(server.loop.clients.isEmpty && server.loop.connections.isEmpty && server.loop.roles.count == 1)
        // Nobody listens there any more.
        #expect(throws: SystemError.self) {
            try client.send(Captured.stubQuery)
            _ = try client.receive()
        }
    }
}

@Suite struct NameServerTests {
    /// Waits for an answer of a server that has its own thread.
    private func wait(for socket: borrowing FD) throws -> [UInt8]? {
        let poll = try EventPoll()
        try poll.add(socket.rawValue, .readable)
        try poll.wait(milliseconds: 5000) { _, _ in }
        return try receiveNow(socket)
    }

    @Test func servesOnItsOwnThread() throws {
        let server = try NameServer()
        let udp = try DatagramSocket.bound(to: SocketAddress([127, 0, 0, 1], port: 0))
        let tcp = try StreamSocket.listening(at: SocketAddress([127, 0, 0, 1], port: 0))
        let client = try TestClient(datagrams: try udp.localAddress(), listener: try tcp.localAddress())
        server.open("c", udp: udp, tcp: tcp, view: ClientView(zones: ["net"], forwards: false))
        server.add(NameRecord(endpoint: "e", primaryName: "web", addresses: [.v4(.loopback)]), to: "net")
        try client.send(Captured.stubQuery)
        #expect(DecodedMessage(try wait(for: client.udp) ?? [])?.data == [[127, 0, 0, 1]])
        server.remove(endpoint: "e", from: "net")
        try client.send(Captured.stubQuery)
        #expect(DecodedMessage(try wait(for: client.udp) ?? [])?.code == 2)
        server.stop()
    }
}
