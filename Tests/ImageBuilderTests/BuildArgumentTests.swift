import APIModel
import Primitives
import Synchronization
import Testing

@testable import ImageBuilder

/// ARG as Docker's reference has it: "ARG", "Predefined ARGs", "Automatic platform ARGs", "Impact on build caching".
@Suite struct BuildArgumentTests {
    private func build(
        _ dockerfile: String, _ arguments: [String: String?] = [:]
    ) async throws -> (
        log: [String], unused: [String]
    ) {
        var build = FakeBuild()
        build.settings.arguments = arguments
        let result = try await build(dockerfile)
        return (
            build.executor.state.withLock { $0.made.keys.map { String($0.split(separator: "|", maxSplits: 1)[1]) } }
                .sorted(), result.unused
        )
    }

    @Test func commandsHaveThemInFrontAndTheCacheWithThem() async throws {
        let (steps, _) = try await build("FROM busybox\nARG A=1\nARG B\nRUN x\n", ["B": "2"])
        #expect(steps.contains("|2 A=1 B=2 /bin/sh -c x"))
    }

    @Test func theBuildsValueIsBeforeTheDefault() async throws {
        #expect(
            try await build("FROM busybox\nARG A=1\nENV B=$A\n", ["A": "9"]).log.contains("/bin/sh -c #(nop)  ENV B=9"))
        #expect(
            try await build("FROM busybox\nARG A=1\nENV B=$A\n", ["A": nil]).log.contains("/bin/sh -c #(nop)  ENV B=1"))
    }

    @Test func whatEnvSetsCountsMore() async throws {
        let (steps, _) = try await build("FROM busybox\nARG A=1\nENV A=env\nENV B=$A\nRUN x\n", ["A": "9"])
        #expect(steps.contains("/bin/sh -c #(nop)  ENV B=env") && steps.contains("/bin/sh -c x"))
    }

    @Test func thoseBeforeFromHaveToBeAskedFor() async throws {
        let (steps, _) = try await build("ARG T=busybox\nFROM $T\nENV A=[$T]\nARG T\nENV B=[$T]\n")
        #expect(steps.contains("/bin/sh -c #(nop)  ENV A=[]") && steps.contains("/bin/sh -c #(nop)  ENV B=[busybox]"))
    }

    @Test func proxiesAreNoPartOfAStep() async throws {
        let (steps, unused) = try await build("FROM busybox\nRUN x\n", ["HTTP_PROXY": "http://p", "OTHER": "1"])
        #expect(steps == ["/bin/sh -c x"] && unused == ["OTHER"])
    }

    @Test func platformsAreKnown() async throws {
        let (steps, _) = try await build("FROM busybox\nARG TARGETARCH\nENV A=$TARGETARCH\n")
        #expect(steps.contains("/bin/sh -c #(nop)  ENV A=\(Platform.host.architecture)"))
    }
}

@Suite struct StepTextTests {
    @Test(
        arguments: [
            (0, "0s"), (1, "1ns"), (1_500, "1.5\u{B5}s"), (20_000_000, "20ms"), (1_500_000_000, "1.5s"),
            (90_000_000_000, "1m30s"), (3_600_000_000_000, "1h0m0s"),
        ] as [(Int64, String)]) func durationsAreGos(nanoseconds: Int64, text: String)
    {
        #expect(GoText.duration(nanoseconds) == text)
    }

    /// Go's `filepath.Match`, from its own test's table.
    @Test(
        arguments: [
            ("abc", "abc", true), ("*", "abc", true), ("*c", "abc", true), ("a*", "a", true), ("a*", "ab/c", false),
            ("a*/b", "abc/b", true), ("a*/b", "a/c/b", false), ("a*b*c*d*e*/f", "axbxcxdxe/f", true),
            ("a*b?c*x", "abxbbxdbxebxczzx", true), ("a*b?c*x", "abxbbxdbxebxczzy", false), ("ab[c]", "abc", true),
            ("ab[b-d]", "abc", true), ("ab[^c]", "abc", false), ("a\\*b", "a*b", true), ("a\\*b", "ab", false),
            ("a?b", "a/b", false), ("[\\-x]", "-", true), ("[a-b-c]", "a", nil), ("[", "a", nil), ("[^bc", "a", nil),
        ] as [(String, String, Bool?)]) func patternsAreGos(pattern: String, path: String, expected: Bool?)
    {
        #expect(GlobPattern(pattern)?.matches(path) == expected)
    }

    /// What `chmod(1)` makes of them.
    @Test(
        arguments: [
            ("755", 0o644, false, 0o755), ("4755", 0o644, false, 0o4755), ("u+x", 0o644, false, 0o744),
            ("a+X", 0o644, false, 0o644), ("a+X", 0o644, true, 0o755), ("go-w,u=rw", 0o777, false, 0o655),
            ("g=u", 0o640, false, 0o660), ("+x", 0o600, false, 0o711), ("u=rwX,go=rX", 0o600, true, 0o755),
        ] as [(String, UInt32, Bool, UInt32)]) func modesChange(
            text: String, mode: UInt32, isFolder: Bool, result: UInt32
        )
        throws
    {
        #expect(try ModeChange(parsing: text).applied(to: mode, isFolder: isFolder) == result)
    }

    @Test(arguments: ["", "8", "77777", "u", "u+q", "z+x", "u+x,"]) func modesThatAreNone(text: String) {
        #expect(throws: EngineError.self) { try ModeChange(parsing: text) }
    }
}
