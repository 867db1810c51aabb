import Primitives
import Testing

@testable import NameServer

@Suite struct ResponderTests {
    private var directory = Directory()
    private let front = ["front": "front_net"]

    init() {
        directory.add(record("e1", "web", "10.1.0.2", names: ["shared", "a.b"]), to: "front")
        directory.add(record("e2", "Db", "10.1.0.3", "fd00::3", names: ["shared"]), to: "front")
        directory.add(record("e3", "web", "10.2.0.9"), to: "back")
    }

    private func record(_ endpoint: String, _ name: String, _ addresses: String..., names: [String] = []) -> NameRecord
    {
        NameRecord(
            endpoint: endpoint, primaryName: name, names: names, addresses: addresses.compactMap { IPAddress($0) })
    }

    /// nil: nothing is sent; an empty answer: it is forwarded.
    private func reply(_ message: [UInt8], _ view: ClientView, limit: Int? = nil) -> [UInt8]? {
        var responder = Responder(seed: 7)
        var room = [UInt8](repeating: 0xee, count: 65_535)
        let outcome = message.withUnsafeBytes { message in
            room.withUnsafeMutableBytes {
                responder.respond(to: message, for: View(view), directory, limit: limit, into: $0)
            }
        }
        switch outcome {
        case .ignore: return nil
        case .forward: return []
        case .reply(let length): return Array(room[..<length])
        }
    }

    private func decoded(_ message: [UInt8], _ view: ClientView? = nil) throws -> DecodedMessage {
        let view = view ?? ClientView(zones: ["front"], zoneNames: front, forwards: false)
        return try #require(DecodedMessage(reply(message, view) ?? []))
    }

    private func addresses(_ name: String, type: UInt16 = 1, _ view: ClientView? = nil) throws -> [[UInt8]] {
        let answer = try decoded(question(name, type: type), view)
        #expect(answer.code == (answer.flags & 0xf))
        return answer.data
    }

    private let forwarding = ClientView(
        zones: ["front"], zoneNames: ["front": "front_net"], upstreams: [Upstream(.v4(.loopback))])

    // MARK: - Bytes

    @Test func answersAStubByteForByte() {
        let view = ClientView(zones: ["front"])
        #expect(
            reply(Captured.stubQuery, view)
                == hex(
                    """
                    3c2f 8180 0001 0001 0000 0000 0377656200 0001 0001
                    c00c 0001 0001 00000258 0004 0a010002
                    """))
    }

    @Test func answersDigByteForByte() {
        let view = ClientView(zones: ["front"])
        #expect(
            reply(Captured.digQuery, view)
                == hex(
                    """
                    6dd1 8180 0001 0001 0000 0001 0377656200 0001 0001
                    c00c 0001 0001 00000258 0004 0a010002
                    00 0029 04d0 00000000 0000
                    """))
    }

    @Test func keepsTheLettersOfTheQuestion() throws {
        let answer = try decoded(question("wEb.", type: 1))
        #expect(answer.questions == ["wEb 1 1"])
        #expect(answer.answers.first?.name == "wEb")
        #expect(answer.data == [[10, 1, 0, 2]])
    }

    @Test func refusesOtherVersionsOfEDNS() {
        var query = Captured.digQuery
        query[query.count - 17] = 3
        #expect(
            reply(query, forwarding)
                == hex("6dd1 8180 0001 0000 0000 0001 0377656200 0001 0001 00 0029 04d0 01000000 0000"))
    }

    @Test func givesDOBack() {
        var query = Captured.digQuery
        query[query.count - 16] = 0x80
        #expect(reply(query, ClientView(zones: ["front"]))?.suffix(11) == hex("00 0029 04d0 00008000 0000")[...])
    }

    @Test func repliesToWhatIsNoQueryWithAHeader() {
        #expect(reply(hex("1032 0110 0001 0000 0000 0000 c00c"), forwarding) == hex("1032 8191 0000 0000 0000 0000"))
        #expect(reply(hex("1032 2900 0001 0000 0000 0000 00"), forwarding) == hex("1032 a984 0000 0000 0000 0000"))
        #expect(reply(Captured.wiresharkAnswer, forwarding) == nil)
        #expect(reply([1, 2, 3], forwarding) == nil)
    }

    // MARK: - Names

    @Test func knowsNamesAliasesAndNetworks() throws {
        #expect(try addresses("web") == [[10, 1, 0, 2]])
        #expect(try addresses("DB") == [[10, 1, 0, 3]])
        #expect(try addresses("a.b") == [[10, 1, 0, 2]])
        #expect(try addresses("web.front_net") == [[10, 1, 0, 2]])
        #expect(try addresses("a.b.Front_Net") == [[10, 1, 0, 2]])
        #expect(try decoded(question("web.back", type: 1)).code == 2)
        #expect(try decoded(question("nobody", type: 1)).code == 2)
    }

    @Test func hasNoAnswersOfAnotherFamily() throws {
        let answer = try decoded(question("web", type: 28))
        #expect(answer.code == 0)
        #expect(answer.answers.isEmpty)
        #expect(try addresses("db", type: 28) == [hex("fd000000000000000000000000000003")])
        #expect(reply(question("web", type: 28), forwarding) != [])
    }

    @Test func searchesZonesInOrder() throws {
        let names = ["front": "front_net", "back": "x.y"]
        #expect(try addresses("web", ClientView(zones: ["front", "back"])) == [[10, 1, 0, 2]])
        #expect(try addresses("web", ClientView(zones: ["none", "back", "front"])) == [[10, 2, 0, 9]])
        #expect(try addresses("web.x.y", ClientView(zones: ["front", "back"], zoneNames: names)) == [[10, 2, 0, 9]])
    }

    @Test func searchesLinksFirst() throws {
        let view = ClientView(
            zones: ["front"], zoneNames: front,
            links: [
                "web": .name("db"), "old": .addresses([.v4(IPv4Address(10, 9, 9, 9))]), "gone": .name("nobody"),
            ], forwards: false)
        #expect(try addresses("WEB", view) == [[10, 1, 0, 3]])
        #expect(try addresses("web.front_net", view) == [[10, 1, 0, 3]])
        #expect(try addresses("old", view) == [[10, 9, 9, 9]])
        #expect(try decoded(question("gone", type: 1), view).code == 2)
        #expect(try decoded(question("old", type: 28), view).code == 0)
    }

    @Test func givesAllAddressesOfASharedNameInEveryOrder() throws {
        var responder = Responder(seed: 1)
        var seen: Set<[[UInt8]]> = []
        for _ in 0..<64 {
            var room = [UInt8](repeating: 0, count: 512)
            let outcome = question("shared", type: 1).withUnsafeBytes { query in
                room.withUnsafeMutableBytes {
                    responder.respond(to: query, for: View(ClientView(zones: ["front"])), directory, into: $0)
                }
            }
            guard case .reply(let length) = outcome else { continue }
            seen.insert(try #require(DecodedMessage(Array(room[..<length]))).data)
        }
        #expect(seen == [[[10, 1, 0, 2], [10, 1, 0, 3]], [[10, 1, 0, 3], [10, 1, 0, 2]]])
    }

    @Test func forgetsWhoLeaves() throws {
        var changed = self
        changed.directory.remove(endpoint: "e1", from: "front")
        #expect(try changed.addresses("shared") == [[10, 1, 0, 3]])
        #expect(try changed.decoded(question("web", type: 1)).code == 2)
        #expect(try changed.decoded(question("2.0.1.10.in-addr.arpa", type: 12)).code == 2)
        changed.directory.removeZone("front")
        #expect(try changed.decoded(question("db", type: 1)).code == 2)
    }

    @Test func replacesAnEndpointThatIsAddedAgain() throws {
        var changed = self
        changed.directory.add(record("e1", "www", "10.1.0.7"), to: "front")
        #expect(try changed.addresses("www") == [[10, 1, 0, 7]])
        #expect(try changed.decoded(question("web", type: 1)).code == 2)
    }

    // MARK: - Other types

    @Test func namesWhoHasAnAddress() throws {
        let v4 = try decoded(question("3.0.1.10.in-addr.arpa", type: 12))
        #expect(v4.data == [hex("024462 0966726f6e745f6e6574 00")])
        let v6 = "3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"
        #expect(try decoded(question(v6, type: 12)).data == [hex("024462 0966726f6e745f6e6574 00")])
        #expect(reply(question("8.8.8.8.in-addr.arpa", type: 12), forwarding) == [])
    }

    @Test func hasNoMailExchangersOfKnownNames() throws {
        let answer = try decoded(question("web", type: 15))
        #expect(answer.code == 0 && answer.records.isEmpty)
        #expect(reply(question("example", type: 15), forwarding) == [])
    }

    @Test(arguments: [16, 33, 65, 255] as [UInt16])
    func forwardsOtherTypes(type: UInt16) { #expect(reply(question("web", type: type), forwarding) == []) }

    @Test func forwardsOtherClasses() {
        var query = Captured.stubQuery
        query[query.count - 1] = 3
        #expect(reply(query, forwarding) == [])
        query[query.count - 1] = 255
        #expect(reply(query, forwarding)?.isEmpty == false)
    }

    @Test func failsInternalNetworksAtOnce() throws {
        var view = forwarding
        view.forwards = false
        #expect(try decoded(question("example.org", type: 1), view).code == 2)
        #expect(try decoded(question("web", type: 16), view).code == 2)
        #expect(try addresses("web", view) == [[10, 1, 0, 2]])
    }

    @Test func keepsSingleLabelsWhereAsked() throws {
        var view = forwarding
        view.keepsSingleLabels = true
        #expect(try decoded(question("nobody", type: 1), view).code == 0)
        #expect(reply(question("nobody.example", type: 1), view) == [])
    }

    // MARK: - Size

    @Test func leavesOutAddressesThatDoNotFit() throws {
        var changed = self
        for number in 0..<200 {
            changed.directory.add(record("m\(number)", "m\(number)", "10.3.0.\(number)", names: ["many"]), to: "front")
        }
        let view = ClientView(zones: ["front"])
        let small = try #require(changed.reply(question("many", type: 1), view))
        #expect(small.count <= 512 && small.count > 512 - 16)
        #expect(DecodedMessage(small)?.isTruncated == true)
        let middle = try #require(changed.reply(question("many", type: 1, size: 1232), view))
        #expect(middle.count <= 1232 && middle.count > 1232 - 16)
        #expect(DecodedMessage(middle)?.extended != nil)
        let large = try #require(DecodedMessage(changed.reply(question("many", type: 1), view, limit: 65_535) ?? []))
        #expect(!large.isTruncated)
        #expect(Set(large.data).count == 200)
    }
}
