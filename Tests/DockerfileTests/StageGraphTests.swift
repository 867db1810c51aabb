import Primitives
import Testing

@testable import Dockerfile

@Suite struct StageGraphTests {
    private func graph(
        _ text: String, target: String? = nil, contexts: [String: NamedContexts.Source] = [:]
    ) throws -> StageGraph {
        var named = NamedContexts()
        for (name, source) in contexts { named[name] = source }
        let tree = try SyntaxTree(parsing: text)
        let stages = try tree.stages()
        var scope = PredefinedArguments.scope(
            build: Platform(os: "linux", architecture: "amd64"), target: Platform(os: "linux", architecture: "arm64"),
            stage: target)
        try scope.declare(tree.globalArguments, [:], WordExpander())
        let sources = try stages.map {
            try ResolvedFrom($0, FromExpansion($0, scope, WordExpander()), known: scope.names)
        }
        return try StageGraph(stages, sources, target: target, contexts: named)
    }

    @Test func basesAreEarlierStagesImagesOrNothing() throws {
        let graph = try graph("FROM b AS a\nFROM a AS b\nFROM scratch\nFROM x:1")
        #expect(graph.nodes.map(\.base) == [.image("b"), .stage(0), .scratch, .image("x:1")])
        #expect(graph.target == 3 && graph.unused == [0, 1, 2])
    }

    @Test func aNamedContextCountsMoreThanAStageOrAnImage() throws {
        let text = """
            FROM scratch AS Tools
            RUN lost
            FROM alpine:latest AS other
            COPY --from=tools /a /b
            RUN --mount=from=files,target=/x true
            FROM docker.io/library/alpine
            COPY --from=files /a /b
            COPY --from=0 /a /b
            FROM tools
            """
        let graph = try graph(
            text, contexts: ["tools": .files, "alpine": .image("debian:12"), "files": .files, "unused": .files])
        #expect(
            graph.nodes.map(\.base) == [.context("tools"), .image("debian:12"), .image("debian:12"), .context("tools")])
        #expect(graph.nodes[0].instructions.isEmpty && graph.nodes[1].instructions.count == 2)
        #expect(graph.nodes[1].dependencies.map(\.source) == [.context("tools"), .context("files")])
        #expect(graph.nodes[2].dependencies.map(\.source) == [.context("files"), .stage(0)])
        #expect(graph.unused == [0, 1, 2])
        #expect(try graph.source(named: "TOOLS") == .context("tools") && graph.source(named: "1") == .stage(1))
    }

    @Test func anImageInPlaceOfAnotherMayBeNone() throws {
        let graph = try graph("FROM a:1", contexts: ["a:1": .image("scratch"), "a": .files])
        #expect(graph.nodes[0].base == .scratch)
        #expect(try graph.source(named: "a:latest") == .context("a") && graph.source(named: "a:2") == .image("a:2"))
    }

    @Test func variablesOfFromComeFromTheTop() throws {
        let graph = try graph("ARG V=1\nARG B=box:$V\nFROM --platform=$TARGETPLATFORM $B AS x\nARG V=2\nFROM ${V:-no}")
        #expect(graph.nodes[0].from.base == "box:1")
        #expect(graph.nodes[0].from.platform == Platform(os: "linux", architecture: "arm64"))
        #expect(graph.nodes[1].base == .image("1"))
    }

    @Test func aTargetNeedsItsBaseAndWhatItCopiesFrom() throws {
        let text = """
            FROM scratch AS base
            FROM scratch AS tools
            FROM scratch AS lost
            FROM base AS app
            COPY --from=Tools /a /b
            COPY --from=0 /a /b
            RUN --mount=from=tools,target=/x true
            COPY --from=nginx /a /b
            FROM app
            """
        #expect(try graph(text).unused == [2])
        #expect(try graph(text, target: "APP").unused == [2, 4])
        #expect(try graph(text, target: "1").reachable == [1])
        let sources = try graph(text).nodes[3].dependencies.map(\.source)
        #expect(sources == [.stage(1), .stage(0), .stage(1), .image("nginx")])
    }

    @Test func ofSeveralStagesWithOneNameTheLastCounts() throws {
        let graph = try graph("FROM x AS a\nFROM y AS a\nFROM a\nCOPY --from=a /b /c")
        #expect(graph.nodes[2].base == .stage(1) && graph.reachable == [1, 2])
    }

    @Test func triggersOfAStageRunInTheNext() throws {
        let graph = try graph("FROM x AS a\nONBUILD COPY --from=0 /a /b\nONBUILD USER u\nFROM a\nUSER v\nFROM a AS c")
        #expect(graph.nodes[1].instructions.map(\.text) == ["COPY --from=0 /a /b", "USER u", "USER v"])
        #expect(graph.nodes[1].instructions.map(\.span.lines) == [4...4, 4...4, 5...5])
        #expect(graph.nodes[2].dependencies.map(\.source) == [.stage(0)])
    }

    @Test(arguments: [
        ("FROM x AS a\nFROM y\nCOPY --from=2 /a /b", "invalid stage index 2", [3...3]),
        (
            "FROM x\nCOPY --from=$A /a /b",
            "variable expansion is not supported for --from, define a new stage with FROM "
                + "using ARG from global scope as a workaround", [2...2]
        ),
        ("FROM x AS a\nCOPY --from=a /b /c", "circular dependency detected on stage: a", [2...2]),
        (
            "FROM x AS a\nCOPY --from=b /b /c\nFROM x AS b\nRUN --mount=from=a,target=/x true",
            "circular dependency detected on stage: a", [2...2, 4...4]
        ),
        (
            "FROM x AS a\nCOPY --from=b /b /c\nFROM a AS b", "circular dependency detected on stage: a", [2...2, 3...3]
        ),
        ("ARG A\nFROM $A", "base name ($A) should not be blank", [2...2]),
        (
            "FROM --platform=$TARGETPLATFROM x",
            "empty platform value from expression $TARGETPLATFROM (did you mean TARGETPLATFORM?)", [1...1]
        ),
        (
            "FROM x AS a\nONBUILD FROM b\nFROM a",
            "dockerfile parse error on line 2: FROM isn't allowed as an ONBUILD "
                + "trigger", [2...2]
        ),
        (
            "FROM x AS a\nONBUILD COPY a\nFROM a",
            "COPY requires at least two arguments, but only one was provided. Destination could not be determined",
            [3...3]
        ),
    ])
    func whatIsWrong(_ text: String, _ message: String, _ lines: [ClosedRange<Int>]) {
        let failure = #expect(throws: DockerfileError.self) { try graph(text) }
        #expect(failure?.message == message && failure?.spans.map(\.lines) == lines)
    }

    @Test func aTargetThereIsNot() {
        let failure = #expect(throws: DockerfileError.self) { try graph("FROM x AS builder", target: "bilder") }
        #expect(failure?.message == "target stage \"bilder\" could not be found (did you mean builder?)")
    }
}
