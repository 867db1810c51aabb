import APIModel
import Dockerfile
import Primitives
import Synchronization
import Testing

@testable import ImageBuilder

/// Contexts beside the main one, as steps use them.
@Suite struct NamedContextTests {
    private func build(_ contexts: [String: NamedContexts.Source]) -> FakeBuild {
        var build = FakeBuild()
        for (name, source) in contexts { build.settings.contexts[name] = source }
        return build
    }

    @Test func aStageMayBeginWithTheFilesOfAContext() async throws {
        let build = build(["src": .files])
        try await build("FROM src\nRUN make\n")
        #expect(build.executor.log == ["COPY .", "RUN make"])
        let again = try await build("FROM src\nRUN make\n")
        #expect(build.executor.log.count == 2 && again.text.components("Using cache") == 2)
    }

    @Test func aContextStandsForAWholeStage() async throws {
        let build = build(["tools": .files])
        try await build("FROM busybox AS tools\nRUN never\nFROM tools\nRUN made\n")
        #expect(build.executor.log == ["COPY .", "RUN made"])
    }

    @Test func anImageStandsForAnother() async throws {
        let build = build(["nowhere": .image("busybox")])
        let image = try await build("FROM nowhere\nRUN one\n").image
        #expect(build.executor.log == ["RUN one"])
        #expect(try await build("FROM busybox\nRUN one\n").image.id == image.id)
    }

    @Test func copiesAndMountsChangeWithTheContext() async throws {
        let build = build(["src": .files])
        let file = "FROM busybox\nCOPY --from=src a /a\nRUN --mount=from=src,source=b,target=/b make\n"
        let first = try await build(file).image.id
        #expect(try await build(file).image.id == first)
        build.executor.state.withLock { $0.contents["src:b"] = "other" }
        let second = try await build(file).image.id
        #expect(second != first && build.executor.log.count == 3)
        build.executor.state.withLock { $0.contents["b"] = "of the main context" }
        #expect(try await build(file).image.id == second)
        build.executor.state.withLock { $0.contents["a"] = "other" }
        #expect(try await build(file).image.id != second)
    }

    @Test func theTargetsBaseIsKnownAtTheEnd() async throws {
        let build = build(["src": .files])
        for (file, base) in [
            ("FROM busybox\nRUN a", "busybox"), ("FROM scratch\nENV a=b", ""), ("FROM src\nRUN a", ""),
        ] {
            let plan = try build.plan(file)
            let solver = Solver(
                plan, build.executor, ClassicTranscript(plan, steps: .ofTotal) { _ in }, sharing: SharedSteps())
            _ = try await solver.solve()
            #expect(solver.targetBase == base)
        }
    }
}
