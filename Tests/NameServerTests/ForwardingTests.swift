import LinuxSystem
import Primitives
import Synchronization
import Testing

@testable import NameServer

@Suite struct ForwardingTests {
    private let outside = question("example.org", type: 1, id: 0x0102)

    private func view(_ upstreams: TestUpstream...) -> ClientView {
        ClientView(zones: ["net"], upstreams: upstreams.map(\.upstream))
    }

    @Test func bringsTheAnswerBackByteForByte() throws {
        let (server, upstream) = (try TestServer(), try TestUpstream())
        let client = try server.open("c", view(upstream))
        try client.send(question("example.org", type: 1, id: 0x0102, size: 1232))
        let asked = try #require(try server.run { try upstream.question() })
        #expect(asked[2...] == question("example.org", type: 1, size: 1232)[2...])
        try upstream.answer(answered(asked))
        let answer = try #require(try server.run { try client.receive() })
        #expect(answer.prefix(2) == [1, 2])
        #expect(answer[2...] == answered(asked)[2...])
    }

    @Test func usesSeveralPortsAndOtherIDs() throws {
        let (server, upstream) = (try TestServer(), try TestUpstream())
        let client = try server.open("c", view(upstream))
        for _ in 0..<30 { try client.send(outside) }
        server.runDry()
        let asked = try upstream.questions()
        #expect(asked.count == 30)
        #expect(Set(asked.map(\.asker.port)).count == 4)
        #expect(Set(asked.map { $0.message[..<2] }).count > 25)
    }

    @Test func closesIdleSockets() throws {
        let (server, upstream) = (try TestServer(), try TestUpstream())
        let client = try server.open("c", view(upstream))
        try client.send(outside)
        let asked = try #require(try server.run { try upstream.question() })
        try upstream.answer(answered(asked))
        #expect(try server.run { try client.receive() } != nil)
        #expect(server.loop.sockets.count == 1)
        server.clock.advance(seconds: 10)
        server.runDry()
        #expect(server.loop.sockets.isEmpty)
    }

    @Test func asksTheNextAfterATimeout() throws {
        let (server, silent, other) = (try TestServer(), try TestUpstream(), try TestUpstream())
        let client = try server.open("c", view(silent, other))
        try client.send(outside)
        let late = try #require(try server.run { try silent.question() })
        server.clock.advance(seconds: 2)
        let asked = try #require(try server.run { try other.question() })
        try silent.answer(answered(late, "01010101"))
        try other.answer(answered(asked, "02020202"))
        let answer = try #require(try server.run { try client.receive() })
        #expect(DecodedMessage(answer)?.data == [[2, 2, 2, 2]])
    }

    @Test func failsWhenNobodyAnswers() throws {
        let (server, silent) = (try TestServer(), try TestUpstream())
        let client = try server.open("c", view(silent))
        try client.send(outside)
        _ = try server.run { try silent.question() }
        server.clock.advance(seconds: 2)
        let answer = try #require(DecodedMessage(try server.run { try client.receive() } ?? []))
        #expect(answer.id == 0x0102 && answer.code == 2)
        #expect(answer.questions == ["example.org 1 1"])
    }

    @Test func asksTheNextWhereNobodyListens() throws {
        let (server, other) = (try TestServer(), try TestUpstream())
        let deserted = try TestUpstream().upstream
        let client = try server.open("c", ClientView(zones: [], upstreams: [deserted, other.upstream]))
        try client.send(outside)
        #expect(try server.run { try other.question() } != nil)
    }

    @Test func failsWithoutAWayOut() throws {
        let server = try TestServer()
        let client = try server.open("c", ClientView(zones: [], upstreams: [Upstream(.v4(.loopback))]))
        let answer = try client.ask(outside, server)
        #expect(DecodedMessage(answer ?? [])?.code == 2)
    }

    @Test func opensSocketsInTheContainersPlace() throws {
        let (server, upstream) = (try TestServer(), try TestUpstream())
        let opened = Mutex<[SocketKind]>([])
        var place = upstream.upstream
        place.place = .container
        let client = try server.open("c", ClientView(zones: [], upstreams: [place])) {
            (family, kind) throws(SystemError) in
            opened.withLock { $0.append(kind) }
            return try DatagramSocket.open(family: Int32(family.rawValue))
        }
        try client.send(outside)
        #expect(try server.run { try upstream.question() } != nil)
        #expect(opened.withLock { $0 } == [.datagram])
    }

    @Test func ignoresForgedAnswers() throws {
        let (server, upstream, forger) = (try TestServer(), try TestUpstream(), try TestUpstream())
        let client = try server.open("c", view(upstream))
        try client.send(outside)
        let asked = try #require(try server.run { try upstream.question() })
        let asker = try #require(upstream.asker)
        try forger.answer(answered(asked, "06060606"), to: asker)
        var wrong = answered(asked, "06060606")
        wrong[1] ^= 1
        try upstream.answer(wrong)
        wrong = answered(question("example.com", type: 1), "06060606")
        (wrong[0], wrong[1]) = (asked[0], asked[1])
        try upstream.answer(wrong)
        server.runDry()
        #expect(try client.receive() == nil)
        try upstream.answer(answered(asked))
        let answer = try #require(try server.run { try client.receive() })
        #expect(DecodedMessage(answer)?.data == [[5, 6, 7, 8]])
    }

    @Test func passesTruncatedAnswersAndTruncatesLargeOnes() throws {
        let (server, upstream) = (try TestServer(), try TestUpstream())
        let client = try server.open("c", view(upstream))
        try client.send(outside)
        let first = try #require(try server.run { try upstream.question() })
        let short = Array(first[..<2]) + hex("8380") + first[4...]
        try upstream.answer(short)
        #expect(try server.run { try client.receive() }?[2...] == short[2...])
        try client.send(outside)
        let second = try #require(try server.run { try upstream.question() })
        var large = answered(second)
        large += [UInt8](repeating: 0, count: 513 - large.count)
        try upstream.answer(large)
        #expect(try server.run { try client.receive() } == hex("0102 8380") + outside[4...])
        try client.send(question("example.org", type: 1, size: 513))
        let third = try #require(try server.run { try upstream.question() })
        try upstream.answer(Array(third[..<2]) + large[2...])
        #expect(try server.run { try client.receive() }?.count == 513)
    }

    @Test func forwardsOverTCPWhatCameOverTCP() throws {
        let (server, upstream) = (try TestServer(), try TestUpstream())
        server.add("e", "web", "10.1.0.2")
        let client = try server.open("c", view(upstream))
        let stream = try client.connect()
        try stream.send(outside)
        try stream.send(question("web", type: 1))
        // What is known here does not wait for the other.
        #expect(DecodedMessage(try server.run { try stream.receive() } ?? [])?.data == [[10, 1, 0, 2]])
        let asking = try #require(try server.run { try upstream.accept() })
        let asked = try #require(try server.run { try asking.receive() })
        #expect(asked[2...] == outside[2...])
        let large = answered(asked) + [UInt8](repeating: 7, count: 60_000)
        try asking.send(raw: [])
        try asking.send(large)
        let answer = try #require(try server.run { try stream.receive() })
        #expect(answer.prefix(2) == [1, 2])
        #expect(answer[2...] == large[2...])
        server.runDry()
        #expect(server.loop.streams.isEmpty)
    }

    @Test func failsATCPQuestionWhoseUpstreamEnds() throws {
        let (server, upstream) = (try TestServer(), try TestUpstream())
        let client = try server.open("c", view(upstream))
        let stream = try client.connect()
        try stream.send(outside)
        do {
            let asking = try #require(try server.run { try upstream.accept() })
            #expect(try server.run { try asking.receive() } != nil)
        }
        #expect(DecodedMessage(try server.run { try stream.receive() } ?? [])?.code == 2)
        #expect(server.loop.streams.isEmpty)
    }

    @Test func refusesMoreThanItMayHaveUnderWay() throws {
        let (server, upstream) = (try TestServer(limits: .init(client: 3)), try TestUpstream())
        let client = try server.open("c", view(upstream))
        for _ in 0..<5 { try client.send(outside) }
        server.runDry()
        #expect(try upstream.questions().count == 3)
        for _ in 0..<2 { #expect(DecodedMessage(try client.receive() ?? [])?.code == 2) }
        #expect(try client.receive() == nil)
    }

    @Test func keepsItsWordToClientsThatPipelineMuch() throws {
        let (server, upstream) = (try TestServer(), try TestUpstream())
        let client = try server.open("c", view(upstream))
        let stream = try client.connect()
        try stream.send(raw: (0..<40).flatMap { _ in TestStream.frame(outside) })
        server.runDry()
        #expect(server.loop.streams.count == 8)
        var answers = 0
        while answers < 40, let asking = try server.run(until: { try upstream.accept() }) {
            let asked = try #require(try server.run { try asking.receive() })
            try asking.send(answered(asked))
            #expect(try server.run { try stream.receive() } != nil)
            answers += 1
        }
        #expect(answers == 40)
    }
}
