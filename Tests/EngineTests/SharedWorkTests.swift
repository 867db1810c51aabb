import APIModel
import Primitives
import Synchronization
import Testing

@testable import Engine

@Suite struct SharedWorkTests {
    private let key = Digest.sha256(of: Array("a layer".utf8))

    @Test func whoComesSecondJoins() async throws {
        let begun = Mutex(0)
        let go = Promised<Void>()
        let work = SharedWork<Int> { _, _, _ in }
        let members = [1, 2, 3].map { number in
            work.join(
                key, { _ in },
                start: { _ in
                    (
                        number,
                        {
                            begun.withLock { $0 += 1 }
                            await go.value()
                        }
                    )
                })
        }
        #expect(members.map(\.subject) == [1, 1, 1])
        go.give(())
        for member in members { try await member.wait() }
        #expect(begun.withLock { $0 } == 1)
    }

    @Test func endsWhenNobodyWaitsAnyMore() async throws {
        let (cancelled, ended) = (Promised<Bool>(), Promised<Int>())
        let work = SharedWork<Int> { _, subject, _ in ended.give(subject) }
        let start: (ProgressListeners) -> (Int, @Sendable () async throws -> Void) = { _ in
            (
                7,
                {
                    do { try await Task.sleep(for: .seconds(3600)) } catch {
                        cancelled.give(true)
                        throw error
                    }
                }
            )
        }
        let (first, second) = (work.join(key, { _ in }, start: start), work.join(key, { _ in }, start: start))
        first.leave()
        first.leave()
        // The second one still waits, so a third joins the same.
        let third = work.join(key, { _ in }, start: { _ in (8, {}) })
        #expect(third.subject == 7)
        third.leave()
        second.leave()
        #expect(await cancelled.value())
        #expect(await ended.value() == 7)
        #expect(work.join(key, { _ in }, start: { _ in (9, {}) }).subject == 9)
    }

    @Test func whoIsCancelledLeaves() async throws {
        let ended = Promised<Void>()
        let work = SharedWork<Void> { _, _, _ in ended.give(()) }
        let member = work.join(key, { _ in }, start: { _ in ((), { try await Task.sleep(for: .seconds(3600)) }) })
        let waiting = Task { try await member.wait() }
        waiting.cancel()
        await ended.value()
        await #expect(throws: (any Error).self) { try await waiting.value }
    }

    @Test func aFailureIsForThoseWhoWaitedForIt() async throws {
        let work = SharedWork<Int> { _, _, _ in }
        let first = work.join(key, { _ in }, start: { _ in (1, { throw EngineError(.internal, "broken") }) })
        await #expect(throws: EngineError.self) { try await first.wait() }
        let second = work.join(key, { _ in }, start: { _ in (2, {}) })
        #expect(second.subject == 2)
        try await second.wait()
        first.leave()
        second.leave()
    }

    @Test func allHearOfTheProgress() async throws {
        let heard = Mutex<[String]>([])
        let go = Promised<Void>()
        let work = SharedWork<Void> { _, _, _ in }
        let start: (ProgressListeners) -> (Void, @Sendable () async throws -> Void) = { listeners in
            (
                (),
                {
                    await go.value()
                    listeners.tell(ProgressMessage(status: "s"))
                }
            )
        }
        let members = ["a", "b"].map { name in
            work.join(key, { message in heard.withLock { $0.append(name + (message.status ?? "")) } }, start: start)
        }
        go.give(())
        for member in members { try await member.wait() }
        #expect(heard.withLock { $0.sorted() } == ["as", "bs"])
    }
}

@Suite struct PermitsTests {
    /// How many are inside, and how many there were at most.
    private final class Counts: Sendable {
        private let state = Mutex((now: 0, most: 0))

        func enter() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
        }

        func leave() { state.withLock { $0.now -= 1 } }
        var now: Int { state.withLock { $0.now } }
        var most: Int { state.withLock { $0.most } }
    }

    @Test func noMoreThanThereAreAtOnce() async throws {
        let permits = Permits(2)
        let counts = Counts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await permits.enter {}
                    counts.enter()
                    for _ in 0..<5 { await Task.yield() }
                    counts.leave()
                    permits.leave()
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.now == 0)
        #expect(counts.most <= 2)
    }

    @Test func whoNeedNotWaitIsNotTold() async throws {
        let permits = Permits(1)
        try await permits.enter { Issue.record("the first one waits") }
        permits.leave()
        try await permits.enter { Issue.record("the second one waits") }
    }
}
