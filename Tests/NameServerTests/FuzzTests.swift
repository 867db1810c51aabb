import Primitives
import Testing

@testable import NameServer

@Suite struct FuzzTests {
    private static let rounds = 30_000

    private func directory() -> Directory {
        var directory = Directory()
        let addresses = (0..<60).map { IPAddress.v4(IPv4Address(10, 0, 0, $0)) } + [.v6(IPv6Address(high: 1, low: 2))]
        directory.add(NameRecord(endpoint: "e", primaryName: "web", names: ["a.b"], addresses: addresses), to: "z")
        return directory
    }

    private func mutated(_ seed: [UInt8], _ random: inout QuickRandom) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes = Array(bytes[..<at])
            case 1: bytes.insert(.random(in: 0 ... .max, using: &random), at: at)
            case 2: bytes += bytes[at...]
            case 3: if at < bytes.count { bytes[at] = [0, 1, 0x3f, 0x40, 0xc0, 0xff][Int(random.next() % 6)] }
            default: if at < bytes.count { bytes[at] ^= 1 << UInt8(random.next() % 8) }
            }
        }
        return bytes
    }

    private let seeds = [
        Captured.digQuery, Captured.stubQuery, Captured.wiresharkQuery, Captured.wiresharkAnswer,
        question("web.net", type: 28, size: 4096), question("a.b", type: 15),
        question("7.0.0.10.in-addr.arpa", type: 12, size: 512),
    ]

    @Test func answersDecodeWhateverIsAsked() {
        var random = QuickRandom(state: 42)
        var responder = Responder(seed: 42)
        let directory = directory()
        let view = View(ClientView(zones: ["z"], zoneNames: ["z": "net"], forwards: false))
        var room = [UInt8](repeating: 0, count: MessageSize.datagram)
        var replies = 0
        for round in 0..<Self.rounds {
            let message = mutated(seeds[round % seeds.count], &random)
            let outcome = message.withUnsafeBytes { message in
                room.withUnsafeMutableBytes { responder.respond(to: message, for: view, directory, into: $0) }
            }
            guard case .reply(let length) = outcome else { continue }
            replies += 1
            guard let decoded = DecodedMessage(Array(room[..<length])), decoded.flags & 0x8000 != 0,
                decoded.id == Int(message[0]) << 8 | Int(message[1])
            else {
                Issue.record("a reply that cannot be read, to \(message)")
                return
            }
        }
        #expect(replies > Self.rounds / 4)
    }

    @Test func upstreamsCannotUpsetTheTable() throws {
        var random = QuickRandom(state: 43)
        let query = try Captured.digQuery.withUnsafeBytes { try Query($0) }
        let upstreams = [Upstream(.v4(.loopback)), Upstream(.v4(.loopback), port: 54)]
        for round in 0..<Self.rounds / 4 {
            var table = ForwardTable()
            let origin = Origin(client: 1, path: .stream(1))
            guard case .ask(let exchange, _) = table.begin(origin, Captured.digQuery, query, upstreams),
                let id = table.assign(exchange.number, to: 1, now: 0)
            else {
                Issue.record("not asked")
                return
            }
            var message = mutated(seeds[round % seeds.count], &random)
            if message.count >= 2 { (message[0], message[1]) = (UInt8(id >> 8), UInt8(id & 0xff)) }
            _ = message.withUnsafeBytes { table.received($0, over: 1) }
            #expect(table.count <= 1)
        }
    }
}
