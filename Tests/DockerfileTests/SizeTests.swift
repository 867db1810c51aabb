import Testing

@testable import Dockerfile

/// Files that are large, long, deep or round.
@Suite struct SizeTests {
    private func check(_ text: String, target: String? = nil) -> CheckReport {
        var request = CheckRequest()
        request.target = target
        return Linter.check(SourceText(name: "Dockerfile", bytes: Array(text.utf8)), request)
    }

    @Test func tenMegabytesOfOneInstruction() throws {
        let lines = String(repeating: "echo 0123456789012345678901234567890123456789 && \\\n", count: 210_000)
        let tree = try SyntaxTree(parsing: "FROM scratch\nRUN " + lines + "true\n")
        #expect(tree.instructions.last?.span.lines == 2...210_002)
    }

    @Test func tenMegabytesOfADocument() throws {
        let lines = String(repeating: "0123456789012345678901234567890123456789 $HOME\n", count: 220_000)
        let tree = try SyntaxTree(parsing: "FROM scratch\nCOPY <<EOF /x\n" + lines + "EOF\nUSER x\n")
        #expect(tree.instructions.map(\.span.lines.lowerBound) == [1, 2, 220_004])
    }

    @Test func tenThousandSteps() {
        let steps = (0..<10_000).map { "ENV V\($0)=$V\(max(0, $0 - 1)) X=y\n" }.joined()
        let report = check("FROM scratch\nARG V0=1\n" + steps)
        #expect(report.warnings.isEmpty && report.failure == nil)
    }

    @Test func tenThousandWarningsAreShown() {
        let report = check("FROM scratch\n" + String(repeating: "MAINTAINER m\n", count: 10_000))
        #expect(report.warnings.count == 10_000 && report.text.contains("Dockerfile:10001\n"))
    }

    @Test func tenThousandStagesInARow() throws {
        let chain = (1..<10_000).map { "FROM s\($0 - 1) AS s\($0)\nCOPY --from=s\($0 - 1) /a /b\n" }.joined()
        #expect(check("FROM scratch AS s0\n" + chain, target: "s9999").failure == nil)
    }

    @Test func aCircleThroughTenThousandStages() {
        let circle = (0..<10_000).map { "FROM scratch AS s\($0)\nCOPY --from=s\(($0 + 1) % 10_000) /a /b\n" }.joined()
        let failure = check(circle).failure
        #expect(failure?.message == "circular dependency detected on stage: s0" && failure?.spans.count == 10_000)
    }

    @Test func aChainOfTriggersIsRefusedAtOnce() {
        let failure = check("FROM scratch\n" + String(repeating: "ONBUILD \\\n", count: 100_000) + "RUN x").failure
        #expect(failure?.message.contains("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed") == true)
    }

    @Test func triggersThatMultiplyHaveABound() {
        let triggers = String(repeating: "ONBUILD USER x\n", count: 2000)
        let stages = String(repeating: "FROM a\n", count: 2000)
        let failure = check("FROM scratch AS a\n" + triggers + stages).failure
        #expect(failure?.message == "the stages have more than 1000000 instructions")
    }

    @Test func aFileHasABound() {
        let failure = #expect(throws: DockerfileError.self) {
            try SyntaxTree(parsing: [UInt8](repeating: UInt8(ascii: "#"), count: SyntaxTree.longest + 1))
        }
        #expect(failure?.message == "the Dockerfile is longer than 33554432 bytes")
    }

    @Test func deepBracketsAreText() throws {
        let text = "CMD " + String(repeating: "[", count: 60_000)
        #expect(try SyntaxTree(parsing: text, as: .trigger).instructions.count == 1)
    }
}
