import Testing

@testable import Dockerfile

/// What is wrong is told with Docker's words and the place.
@Suite struct ErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        var message: String
        var column: Int

        init(_ text: String, _ message: String, column: Int = 1) {
            (self.text, self.message, self.column) = (text, message, column)
        }

        var testDescription: String { text }
    }

    /// Each stands in line 2, after a FROM.
    static let instructions = [
        Case("FROB bar", "unknown instruction: FROB (did you mean FROM?)"),
        Case("BADCMD", "unknown instruction: BADCMD"),
        Case("  RUNN x", "unknown instruction: RUNN (did you mean RUN?)", column: 3),
        Case("copi a b", "unknown instruction: copi (did you mean copy?)"),
        Case("FROM", "FROM requires either one or three arguments"),
        Case("FROM a b", "FROM requires either one or three arguments"),
        Case(
            "FROM a AS 1b",
            "invalid name for build stage: \"1b\", name can't start with a number or contain symbols"),
        Case("MAINTAINER", "MAINTAINER requires exactly one argument"),
        Case("USER", "USER requires exactly one argument"),
        Case("WORKDIR", "WORKDIR requires exactly one argument"),
        Case("STOPSIGNAL", "STOPSIGNAL requires exactly one argument"),
        Case("ENV", "ENV requires at least one argument"),
        Case("LABEL", "LABEL requires at least one argument"),
        Case("EXPOSE", "EXPOSE requires at least one argument"),
        Case("VOLUME", "VOLUME requires at least one argument"),
        Case("VOLUME [\" \"]", "VOLUME specified can not be an empty string"),
        Case("ARG", "ARG requires at least one argument"),
        Case("ARG =x", "ARG names can not be blank"),
        Case("ENV =x", "ENV names can not be blank"),
        Case("ONBUILD", "ONBUILD requires at least one argument"),
        Case("ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        Case("ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"),
        Case("ONBUILD maintainer x", "MAINTAINER isn't allowed as an ONBUILD trigger"),
        Case(
            "COPY a",
            "COPY requires at least two arguments, but only one was provided. Destination could not be determined"),
        Case(
            "ADD",
            "ADD requires at least two arguments, but only one was provided. Destination could not be determined"),
        Case("COPY --form=x a b", "unknown flag: --form (did you mean from?)", column: 6),
        Case("COPY --chown=1 --chown=2 a b", "duplicate flag specified: --chown", column: 16),
        Case("COPY --chown a b", "missing a value on flag: --chown", column: 6),
        Case("COPY --link= a b", "missing a value on flag: --link", column: 6),
        Case("COPY --link=maybe a b", "expecting boolean value for flag --link, not: maybe", column: 6),
        Case("USER --x y", "unknown flag: --x", column: 6),
        Case("SHELL bash -c", "SHELL requires the arguments to be in JSON form"),
        Case("SHELL []", "SHELL requires at least one argument"),
        Case("HEALTHCHECK", "HEALTHCHECK requires at least one argument"),
        Case("HEALTHCHECK FOO x", "Unknown type \"FOO\" in HEALTHCHECK (try CMD)"),
        Case("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"),
        Case("HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments"),
        Case("HEALTHCHECK --interval=1us CMD x", "Interval \"interval\" cannot be less than 1ms", column: 13),
        Case("HEALTHCHECK --timeout=5 CMD x", "time: missing unit in duration \"5\"", column: 13),
        Case("HEALTHCHECK --retries=-1 CMD x", "--retries cannot be negative (-1)", column: 13),
        Case(
            "HEALTHCHECK --retries=a CMD x", "strconv.ParseInt: parsing \"a\": invalid syntax", column: 13),
        Case("RUN --network=mars x", "invalid network mode \"mars\"", column: 5),
        Case("RUN --security=none x", "security \"none\" is not valid", column: 5),
        Case(
            "RUN --mount=from=$x,target=/y z",
            "'from' doesn't support variable expansion, define alias stage instead", column: 5),
        Case("COPY a <<EOF\nEOF", "COPY cannot accept a heredoc as a destination"),
    ]

    @Test(arguments: instructions)
    func aWrongInstructionIsNamedWithItsPlace(_ test: Case) throws {
        let failure = #expect(throws: DockerfileError.self) { try SyntaxTree(parsing: "FROM scratch\n" + test.text) }
        #expect(failure?.message == "dockerfile parse error on line 2: \(test.message)")
        #expect(failure?.position == SourcePosition(line: 2, column: test.column))
    }

    /// What can't be split is found before any instruction is looked at.
    static let files = [
        Case("", "the Dockerfile cannot be empty"),
        Case("# nothing\n", "file with no instructions"),
        Case("RUN x", "no build stage in current context"),
        Case("# escape=x\nFROM scratch", "invalid escape token 'x' does not match ` or \\"),
        Case("# check=x=y\n# check=z=y\nFROM scratch", "only one check parser directive can be used"),
        Case("BADCMD\nENV a", "ENV must have two arguments", column: 5),
        Case("LABEL a=b c", "Syntax error - can't find = in \"c\". Must be of the form: name=value", column: 11),
        Case(
            "CMD [\"a\", 1]", "when using JSON array syntax, arrays must be comprised of strings only", column: 5),
        Case("ONBUILD COPY [1]", "when using JSON array syntax, arrays must be comprised of strings only", column: 14),
        Case("RUN <<EOF\nx", "unterminated heredoc"),
    ]

    @Test(arguments: files)
    func aFileThatCantBeRead(_ test: Case) throws {
        let failure = #expect(throws: DockerfileError.self) { try SyntaxTree(parsing: test.text) }
        #expect(failure?.message == test.message)
        if let position = failure?.position {
            #expect(position.column == test.column)
        } else {
            #expect(test.text == "")
        }
    }

    @Test func whatIsRightBeforeAnErrorIsKept() throws {
        let (tree, failure) = try SyntaxTree.reading(Array("FROM scratch\nUSER a\nBADCMD\nUSER b".utf8))
        #expect(tree.instructions.map(\.name) == ["FROM", "USER"])
        #expect(failure?.message == "dockerfile parse error on line 3: unknown instruction: BADCMD")
    }

    @Test func theLineIsShownWithFileLineAndColumn() {
        let source = SourceText(name: "x/Dockerfile", bytes: Array("FROM scratch\nUSER a\n  BADCMD\n".utf8))
        let report = Linter.check(source)
        #expect(
            report.failureText == """
                ERROR: dockerfile parse error on line 3: unknown instruction: BADCMD
                x/Dockerfile:3:3
                --------------------
                   1 |     FROM scratch
                   2 |     USER a
                   3 | >>>   BADCMD
                   4 |    \u{20}
                --------------------
                """)
        #expect(report.exitCode == 1 && report.text == "")
    }
}
