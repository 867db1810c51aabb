import Primitives
import Synchronization
import Testing

@testable import ImageBuilder

/// `COPY --link`: what does not depend on the steps before it does not wait for them.
@Suite struct CopiesAheadTests {
    /// What has begun, by name.
    private final class Begun: Sendable {
        private let names = Mutex<[String]>([])
        var all: [String] { names.withLock { $0 } }
        var layers: [String] { all.filter { $0.hasPrefix("layer") } }
        func add(_ name: String) { names.withLock { $0.append(name) } }
        func wait(for other: [String]) async {
            while !Set(all).isSuperset(of: other), !Task.isCancelled { await Task.yield() }
        }
    }

    private let begun = Begun()

    private func build(_ whileRunning: @escaping @Sendable (Begun, String) async -> Void = { _, _ in }) -> FakeBuild {
        FakeBuild(
            executor: FakeExecutor { [begun] name in
                begun.add(name)
                await whileRunning(begun, name)
            })
    }

    private func left(_ build: FakeBuild) -> [String] { build.executor.state.withLock { $0.layers } }

    @Test func theyAreMadeAtTheSameTime() async throws {
        let build = build { begun, _ in await begun.wait(for: ["layer a", "layer b", "layer c"]) }
        let (_, text, _) = try await build("FROM busybox\nCOPY --link a /1\nCOPY --link b /2\nCOPY --link c /3\n")
        #expect(build.executor.log == ["PLACE a", "PLACE b", "PLACE c"] && left(build) == [])
        let steps = text.split(separator: "\n").filter { $0.hasPrefix("Step") }
        #expect(steps.map { $0.prefix(8) } == ["Step 1/4", "Step 2/4", "Step 3/4", "Step 4/4"])
    }

    @Test func theyDoNotWaitForACommand() async throws {
        let build = build { begun, name in
            if name == "slow" { await begun.wait(for: ["layer a"]) }
        }
        try await build("FROM busybox\nRUN slow\nENV A=b\nCOPY --link a /\n")
        #expect(build.executor.log.filter { !$0.contains("ENV") } == ["RUN slow", "PLACE a"] && left(build) == [])
    }

    @Test func otherCopiesHaveTheirTurn() async throws {
        let build = build { _, name in
            // Were they not to wait, they would have the time for it.
            if name == "slow" { for _ in 0..<1000 { await Task.yield() } }
        }
        try await build("FROM busybox\nRUN slow\nCOPY a /\nADD --link b /\nCOPY --link --from=busybox c /\n")
        #expect(build.executor.log == ["RUN slow", "COPY a", "PLACE b", "PLACE c"])
        #expect(begun.all == ["slow", "layer b", "layer c"] && left(build) == [])
    }

    @Test func variablesAndFoldersAreThoseOfTheirPlace() async throws {
        let build = build()
        let dockerfile = """
            FROM busybox
            ARG A=a
            WORKDIR /one
            COPY --link $A x
            ENV A=b
            WORKDIR two
            SHELL ["/bin/ash", "-c"]
            COPY --link $A x

            """
        try await build(dockerfile)
        #expect(begun.all == ["layer a", "layer b"] && left(build) == [])
        let text = try await build(dockerfile).text
        #expect(text.components("Using cache") == 7 && begun.all.count == 2)
    }

    @Test func aFailureBeforeThemLeavesNothing() async throws {
        let build = build { begun, name in
            if name == "bad" { await begun.wait(for: ["layer a", "layer b"]) }
            if name == "layer b" { while !Task.isCancelled { await Task.yield() } }
        }
        build.executor.state.withLock { $0.failing = ["bad"] }
        let failure = await #expect(throws: EngineError.self) {
            try await build("FROM busybox\nRUN bad\nCOPY --link a /\nCOPY --link b /\n")
        }
        #expect(failure?.message == "bad failed" && build.executor.log == [] && left(build) == [])
    }

    @Test func aCancelledBuildWaitsForNone() async throws {
        let build = build { _, _ in while !Task.isCancelled { await Task.yield() } }
        let task = Task { try await build("FROM busybox\nCOPY --link a /\nCOPY --link b /\nCOPY --link c /\n") }
        await begun.wait(for: ["layer a", "layer b", "layer c"])
        task.cancel()
        let failure = await #expect(throws: EngineError.self) { try await task.value }
        #expect(failure?.message == "Build cancelled" && build.executor.log == [] && left(build) == [])
    }

    @Test func onlySomeBeginAheadOfTheirTurn() async throws {
        let names = (1...20).map { "f\($0)" }
        let build = build { begun, name in
            guard name == "slow" else { return }
            await begun.wait(for: names.prefix(8).map { "layer " + $0 })
        }
        let copies = names.map { "COPY --link \($0) /\n" }.joined()
        try await build("FROM busybox\nRUN slow\nRUN second\n" + copies)
        let second = begun.all.firstIndex(of: "second") ?? 0
        #expect(begun.all[..<second].count { $0.hasPrefix("layer") } == 8)
        #expect(Set(begun.layers) == Set(names.map { "layer " + $0 }) && begun.layers.count == 20 && left(build) == [])
    }

    @Test func aCopyFromAStageWaitsForThatAlone() async throws {
        let build = build { begun, name in
            if name == "slow" { await begun.wait(for: ["layer x"]) }
        }
        try await build("FROM busybox AS a\nRUN quick\nFROM busybox\nRUN slow\nCOPY --link --from=a x /\n")
        #expect(build.executor.log == ["RUN quick", "RUN slow", "PLACE x"] && left(build) == [])
    }

    /// The stage that a copy waits for would never end by itself.
    @Test func aFailureDoesNotWaitForWhatACopyWaitsFor() async throws {
        let build = build { begun, name in
            if name == "bad" { await begun.wait(for: ["endless"]) }
            if name == "endless" { while !Task.isCancelled { await Task.yield() } }
        }
        build.executor.state.withLock { $0.failing = ["bad"] }
        let failure = await #expect(throws: EngineError.self) {
            try await build("FROM busybox AS a\nRUN endless\nFROM busybox\nRUN bad\nCOPY --link --from=a x /\n")
        }
        #expect(failure?.message == "bad failed" && build.executor.log == [] && left(build) == [])
    }

    @Test func whatIsWrongIsSaidAtItsTurn() async throws {
        let build = build()
        let failure = await #expect(throws: EngineError.self) {
            try await build("FROM busybox\nRUN first\nCOPY --link ${A?none} /\nCOPY --link b /\n")
        }
        #expect(failure?.message.contains("none") == true && build.executor.log == ["RUN first"] && left(build) == [])
    }
}
