import Primitives
import Testing

@testable import NameServer

/// The table as an object, so that expectations can change it.
private final class Table {
    private var value: ForwardTable
    private let upstreams = (1...3).map { Upstream(.v4(IPv4Address(10, 0, 0, $0))) }

    init(_ limits: ForwardTable.Limits = .init()) { value = ForwardTable(limits: limits) }

    var count: Int { value.count }
    var nextDeadline: Int64 { value.nextDeadline }

    /// The number of a new exchange; nil when it is refused.
    func begin(client: Int = 1, upstreams: Int = 2, message: [UInt8] = Captured.stubQuery) throws -> Int? {
        let query = try message.withUnsafeBytes { try Query($0) }
        let origin = Origin(client: client, path: .stream(client))
        guard case .ask(let exchange, _) = value.begin(origin, message, query, Array(self.upstreams.prefix(upstreams)))
        else { return nil }
        return exchange.number
    }

    func assign(_ number: Int?, to carrier: Int, now: Int64 = 0) -> UInt16 {
        value.assign(number ?? 0, to: carrier, now: now) ?? 0
    }

    func received(_ message: [UInt8], over carrier: Int) -> String {
        message.withUnsafeBytes { Self.text(value.received($0, over: carrier)) }
    }

    func failed(_ number: Int?) -> String { Self.text(value.failed(number ?? 0)) }
    func carrierFailed(_ carrier: Int) -> [String] { value.carrierFailed(carrier).map(Self.text) }
    func expire(now: Int64) -> [String] { value.expire(now: now).map(Self.text) }
    func drop(client: Int) { value.drop(client: client) }
    func takeReleased() -> Set<Int> { value.takeReleased() }
    func load(of carrier: Int) -> Int { value.load(of: carrier) }

    private static func text(_ step: ForwardStep?) -> String {
        switch step {
        case nil: "nothing"
        case .ask(_, let upstream): "ask \(upstream.address)"
        case .pass: "pass"
        case .fail: "fail"
        }
    }
}

@Suite struct ForwardTableTests {
    private func answer(
        _ id: UInt16, flags: UInt16 = 0x8180, name: String = "03776562", type: UInt8 = 1, questions: UInt8 = 1
    ) -> [UInt8] {
        let head = [UInt8(id >> 8), UInt8(id & 0xff), UInt8(flags >> 8), UInt8(flags & 0xff), 0, questions]
        return head + hex("0000 0000 0000") + (questions == 0 ? [] : hex(name) + [0, 0, type, 0, 1])
    }

    @Test func passesTheAnswerOn() throws {
        let table = Table()
        let id = table.assign(try table.begin(), to: 7)
        #expect(table.load(of: 7) == 1)
        #expect(table.received(answer(id), over: 7) == "pass")
        #expect(table.count == 0)
        #expect(table.takeReleased() == [7])
        #expect(table.received(answer(id), over: 7) == "nothing")
    }

    @Test func ignoresWhatWasNotAsked() throws {
        let table = Table()
        let id = table.assign(try table.begin(), to: 7)
        #expect(table.received(answer(id &+ 1), over: 7) == "nothing")
        #expect(table.received(answer(id), over: 8) == "nothing")
        #expect(table.received(answer(id, name: "03776563"), over: 7) == "nothing")
        #expect(table.received(answer(id, type: 28), over: 7) == "nothing")
        #expect(table.received(answer(id, flags: 0x0100), over: 7) == "nothing")
        #expect(table.received(answer(id, questions: 0), over: 7) == "nothing")
        #expect(table.received(Array(answer(id).prefix(11)), over: 7) == "nothing")
        #expect(table.received(answer(id, name: "03574562"), over: 7) == "pass")
    }

    @Test(arguments: [(0x8182, "fail"), (0x8185, "fail"), (0x8184, "pass"), (0x8183, "pass")] as [(UInt16, String)])
    func asksTheNextAfterAnError(flags: UInt16, end: String) throws {
        let table = Table()
        let number = try table.begin()
        let first = table.assign(number, to: 7)
        let isFinal = flags == 0x8183
        #expect(table.received(answer(first, flags: flags), over: 7) == (isFinal ? "pass" : "ask 10.0.0.2"))
        if isFinal { return }
        #expect(table.takeReleased() == [7])
        let second = table.assign(number, to: 8)
        #expect(table.received(answer(second, flags: flags, questions: 0), over: 8) == end)
        #expect(table.count == 0)
    }

    @Test func takesAFormatErrorAsOneOfEDNSOnlyWhereThereWasSome() throws {
        let table = Table()
        let plain = table.assign(try table.begin(), to: 7)
        #expect(table.received(answer(plain, flags: 0x8181), over: 7) == "pass")
        let extended = table.assign(try table.begin(message: Captured.digQuery), to: 7)
        #expect(table.received(answer(extended, flags: 0x8181), over: 7) == "ask 10.0.0.2")
    }

    @Test func asksTheNextAfterTwoSeconds() throws {
        let table = Table()
        let number = try table.begin()
        let late = table.assign(number, to: 7, now: 1_000)
        #expect(table.nextDeadline == 2_000_001_000)
        #expect(table.expire(now: 2_000_000_999).isEmpty)
        #expect(table.expire(now: 2_000_001_000) == ["ask 10.0.0.2"])
        _ = table.assign(number, to: 8, now: 2_000_001_000)
        #expect(table.received(answer(late), over: 7) == "nothing")
        #expect(table.expire(now: 4_000_001_000) == ["fail"])
        #expect(table.nextDeadline == .max)
        #expect(table.count == 0)
    }

    @Test func asksTheNextOfAllThatShareADeadSocket() throws {
        let table = Table()
        let both = [try table.begin(), try table.begin(upstreams: 1)]
        for number in both { _ = table.assign(number, to: 7) }
        let other = table.assign(try table.begin(), to: 8)
        #expect(table.carrierFailed(7) == ["ask 10.0.0.2", "fail"])
        #expect(table.received(answer(other), over: 8) == "pass")
        #expect(table.failed(both[1]) == "nothing")
    }

    @Test func forgetsClientsThatAreGone() throws {
        let table = Table()
        _ = table.assign(try table.begin(client: 1), to: 7)
        let other = table.assign(try table.begin(client: 2), to: 8)
        table.drop(client: 1)
        #expect(table.takeReleased() == [7])
        #expect(table.received(answer(other), over: 8) == "pass")
        #expect(table.count == 0)
    }

    @Test func takes256OfAClient() throws {
        let table = Table()
        for _ in 0..<256 { #expect(try table.begin() != nil) }
        #expect(try table.begin() == nil)
        #expect(try table.begin(client: 2) != nil)
    }

    @Test func keepsRoomForModestClients() throws {
        let table = Table()
        for client in 1...3 { for _ in 0..<256 { #expect(try table.begin(client: client) != nil) } }
        // Three quarters are taken: whoever comes now gets a little, not all of the rest.
        for client in 4...11 {
            for _ in 0..<32 { #expect(try table.begin(client: client) != nil) }
            if client < 11 { #expect(try table.begin(client: client) == nil) }
        }
        #expect(table.count == 1024)
        #expect(try table.begin(client: 12) == nil)
    }

    @Test func refusesWithoutUpstreams() throws { #expect(try Table().begin(upstreams: 0) == nil) }
}
