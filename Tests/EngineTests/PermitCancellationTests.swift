import Synchronization
import Testing

@testable import Engine

@Suite struct PermitCancellationTests {
    /// Waits until as many wait as there should.
    private func waiters(_ count: Int, _ counted: borrowing Atomic<Int>) async {
        while counted.load(ordering: .relaxed) < count { await Task.yield() }
    }

    private final class Count: Sendable {
        let value = Atomic(0)
        func add() { value.add(1, ordering: .relaxed) }
    }

    @Test func whoIsCalledOffWhileWaitingGivesUp() async throws {
        let permits = Permits(1)
        try await permits.enter()
        let waiting = Count()
        let called = Task { try await permits.enter { waiting.add() } }
        await waiters(1, waiting.value)
        let patient = Task { try await permits.enter { waiting.add() } }
        await waiters(2, waiting.value)
        called.cancel()
        await #expect(throws: CancellationError.self) { try await called.value }
        permits.leave()
        // The turn is the next one's, and comes back.
        try await patient.value
        permits.leave()
        try await permits.enter { Issue.record("a permit is lost") }
    }

    @Test func whoIsCalledOffBeforeItWaitsGetsNone() async throws {
        let permits = Permits(1)
        try await permits.enter()
        let called = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await permits.enter()
        }
        await #expect(throws: CancellationError.self) { try await called.value }
        permits.leave()
        try await permits.enter { Issue.record("a permit is lost") }
    }

    @Test func noPermitIsLostInAStormOfCancellations() async throws {
        let permits = Permits(2)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let task = Task {
                        try await permits.enter()
                        await Task.yield()
                        permits.leave()
                    }
                    if number % 2 == 0 { task.cancel() }
                    _ = try? await task.value
                }
            }
        }
        for _ in 0..<2 { try await permits.enter { Issue.record("a permit is lost") } }
    }
}
