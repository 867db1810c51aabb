import LinuxSystem
import Primitives
import Testing

@testable import Engine

@Suite struct AgentDeskTests {
    private func process() throws -> ByteChannel {
        var pair = try SocketPair()
        return ByteChannel(pair.takeFirst())
    }

    @Test func whoComesFirstWaits() async throws {
        let desk = AgentDesk(["a", "b"])
        let (first, second) = try (process(), process())
        desk.enter(first, wanting: "a")
        desk.enter(second, wanting: "b")
        #expect(await desk.next(wanting: "b") === second)
        #expect(await desk.next(wanting: "a") === first)
        async let served = desk.next(wanting: "a")
        let third = try process()
        desk.enter(third, wanting: "a")
        #expect(await served === third)
    }

    @Test func theEndSendsAllAway() async throws {
        let desk = AgentDesk(["a"])
        desk.enter(try process(), wanting: "a")
        desk.close()
        #expect(await desk.next(wanting: "a") == nil)
        desk.enter(try process(), wanting: "a")
        #expect(await desk.next(wanting: "a") == nil)
    }

    @Test func aClientMayLeave() async throws {
        let desk = AgentDesk(["a"])
        let waiting = Task { await desk.next(wanting: "a") }
        waiting.cancel()
        #expect(await waiting.value == nil)
        // It is not in the way of the next one.
        let process = try process()
        desk.enter(process, wanting: "a")
        #expect(await desk.next(wanting: "a") === process)
    }

    @Test func tooManyAreSentAway() async throws {
        let desk = AgentDesk(["a"])
        for _ in 0..<AgentDesk.longestQueue { desk.enter(try process(), wanting: "a") }
        let last = try process()
        desk.enter(last, wanting: "a")
        for _ in 0..<AgentDesk.longestQueue { #expect(await desk.next(wanting: "a") !== last) }
        desk.close()
        #expect(await desk.next(wanting: "a") == nil)
    }
}
