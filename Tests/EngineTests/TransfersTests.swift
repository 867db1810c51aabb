import Dispatch
import Primitives
import Testing

@testable import Engine

@Suite struct TransfersTests {
    @Test func whoIsTooManyIsToldAtOnce() async throws {
        let transfers = Transfers(most: 2)
        let release = DispatchSemaphore(value: 0)
        for _ in 0..<2 {
            try transfers.submit { release.wait() }
        }
        let error = #expect(throws: EngineError.self) { try transfers.submit { Issue.record("it runs") } }
        #expect(error?.kind == .unavailable && error?.message == "too many transfers: 2 are under way")
        await #expect(throws: EngineError.self) { try await transfers.run { Issue.record("it runs") } }
        for _ in 0..<2 { release.signal() }
        try await eventually { try await transfers.run { 7 } == 7 }
    }

    @Test func aPlaceIsFreeWhenItsBodyHasFailed() async throws {
        let transfers = Transfers(most: 1)
        for _ in 0..<3 {
            let error = await #expect(throws: EngineError.self) {
                try await transfers.run { throw EngineError(.badParameter, "no") }
            }
            #expect(error?.kind == .badParameter)
        }
    }

    /// A place is given back a moment after its body has ended.
    private func eventually(_ body: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if let result = try? await body() {
                #expect(result)
                return
            }
            await Task.yield()
        }
        Issue.record("never")
    }
}
