import Testing

@testable import Dockerfile

/// From lines to instructions: continuations, comments, directives, places.
@Suite struct LinesTests {
    private func texts(_ text: String) throws -> [String] {
        try SyntaxTree(parsing: text, as: .trigger).instructions.map(\.text)
    }

    @Test func continuationsAreJoinedWithoutABlank() throws {
        #expect(try texts("RUN a \\\n  b\\\nc") == ["RUN a   bc"])
        #expect(try texts("RUN a \\  \t\n b") == ["RUN a  b"], "blanks behind the escape")
        #expect(try texts("RUN a\\\\\nRUN b") == ["RUN a\\\\", "RUN b"], "an escaped escape does not continue")
        #expect(try texts("RUN a \\") == ["RUN a"], "at the end of the file")
        #expect(try texts("\\\nRUN a") == ["RUN a"], "with nothing in front")
    }

    @Test func commentsAndBlankLinesInsideAreSkipped() throws {
        #expect(try texts("RUN a \\\n# no\n   # neither\n\n b") == ["RUN a  b"])
        #expect(try texts("RUN echo # this is no comment") == ["RUN echo # this is no comment"])
        #expect(try texts("  # one\n\nRUN a\n#\nRUN b\n") == ["RUN a", "RUN b"])
    }

    @Test func aCommentBelongsToTheInstructionBelow() throws {
        let tree = try SyntaxTree(parsing: "# lost\n#\n# one\n# two\nRUN a\nRUN b", as: .trigger)
        #expect(tree.instructions.map(\.comments) == [["one", "two"], []])
    }

    @Test func emptyLinesAmongContinuationsAreNoted() throws {
        let tree = try SyntaxTree(parsing: "RUN a \\\n\nb\nRUN c \\\nd", as: .trigger)
        #expect(tree.emptyContinuations == [3])
    }

    @Test func carriageReturnsAndTheByteOrderMarkAreNoText() throws {
        #expect(try texts("\u{FEFF}RUN a \\\r\n b\r\nRUN c\r\n") == ["RUN a  b", "RUN c"])
    }

    @Test func directivesStandAtTheTop() throws {
        let tree = try SyntaxTree(
            parsing: "# Syntax = docker/dockerfile:1 \n#escape=`\n# check=skip=all\nRUN a `\n b\\\n", as: .trigger)
        #expect(tree.directives.syntax == "docker/dockerfile:1" && tree.directives.check == "skip=all")
        #expect(tree.instructions.map(\.text) == ["RUN a  b\\"])
    }

    @Test(arguments: [
        "# a comment\n# escape=`\nRUN a \\\nb", "\n# escape=`\nRUN a \\\nb", "# unknown=1\n# escape=`\nRUN a \\\nb",
    ])
    func afterAnythingElseADirectiveIsAComment(_ text: String) throws {
        #expect(try texts(text) == ["RUN a b"])
    }

    @Test func aFirstLineForTheKernelIsSkipped() throws {
        let tree = try SyntaxTree(parsing: "#!/usr/bin/env x\n# check=error=true\nRUN a", as: .trigger)
        #expect(tree.directives.check == "error=true")
    }

    @Test func placesAreThoseOfTheFile() throws {
        let tree = try SyntaxTree(parsing: "\n  RUN a \\\n\n b\n\tRUN c\n", as: .trigger)
        #expect(tree.instructions.map(\.span.lines) == [2...4, 5...5])
        #expect(tree.instructions.map(\.span.start) == [.init(line: 2, column: 3), .init(line: 5, column: 2)])
    }

    @Test func anErrorPointsIntoAContinuation() {
        let failure = #expect(throws: DockerfileError.self) {
            try SyntaxTree(parsing: "FROM scratch\nENV é=1 \\\n  b=2 ü x=3")
        }
        #expect(failure?.position == .init(line: 3, column: 7), "columns count scalars")
        #expect(failure?.spans.first?.lines == 2...3)
    }

    @Test func bytesThatAreNoTextAreRefusedWhereTheyMatter() throws {
        let broken: [UInt8] = Array("RUN a ".utf8) + [0xFF] + Array("\n".utf8)
        let failure = #expect(throws: DockerfileError.self) { try SyntaxTree(parsing: broken, as: .trigger) }
        #expect(failure?.message == "invalid UTF-8 in an instruction")
        #expect(failure?.position == .init(line: 1, column: 7))
        let comment: [UInt8] = Array("# ".utf8) + [0xE9] + Array("\nRUN a\n".utf8)
        #expect(try SyntaxTree(parsing: comment, as: .trigger).instructions.count == 1)
    }

    @Test func aZeroByteIsInNoInstruction() throws {
        let failure = #expect(throws: DockerfileError.self) { try texts("RUN a\nRUN b\0c\n") }
        #expect(failure?.message == "a zero byte in an instruction")
        #expect(failure?.position == .init(line: 2, column: 6))
        #expect(try texts("# \0\nCOPY <<EOF /x\n\0\nEOF\n").count == 1)
    }

    @Test func aLineHasABound() throws {
        let longest = "RUN " + String(repeating: "x", count: 65535 - 4)
        #expect(try texts(longest + "\n").count == 1)
        let failure = #expect(throws: DockerfileError.self) { try texts("RUN a\n" + longest + "x\n") }
        #expect(failure?.message == "dockerfile line greater than max allowed size of 65535")
        #expect(failure?.position?.line == 2)
    }
}
