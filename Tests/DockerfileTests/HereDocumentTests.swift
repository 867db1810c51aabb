import Testing

@testable import Dockerfile

@Suite struct HereDocumentTests {
    private func transfer(_ text: String) throws -> Transfer {
        let tree = try SyntaxTree(parsing: text, as: .trigger)
        switch tree.instructions.first?.statement {
        case .copy(let copy): return copy.transfer
        case .add(let add): return add.transfer
        default: throw DockerfileError("no copy")
        }
    }

    private func run(_ text: String) throws -> CommandLine {
        guard case .run(let run) = try SyntaxTree(parsing: text, as: .trigger).instructions.first?.statement else {
            throw DockerfileError("no run")
        }
        return run.command
    }

    @Test func aShellReadsThem() throws {
        let command = try run("RUN cat <<A 3<<-'B' > /x\none\\\n# no comment\nA\n\ttwo\n\tB\n")
        #expect(command.words == ["cat <<A 3<<-'B' > /x"])
        #expect(
            command.hereDocuments == [
                HereDocument(name: "A", content: "one\\\n# no comment\n"),
                HereDocument(name: "B", content: "\ttwo\n", isExpanded: false, ignoresTabs: true),
            ])
    }

    @Test func filesStandInTheDockerfile() throws {
        let copied = try transfer("COPY --chown=1 <<a.txt b <<-\"cd\" /to/\nx $y\na.txt\n\t\tz\n\tw\ncd\n")
        #expect(copied.sources == ["b"] && copied.destination == "/to/")
        #expect(
            copied.documents == [
                HereDocument(name: "a.txt", content: "x $y\n"),
                HereDocument(name: "cd", content: "z\nw\n", isExpanded: false, ignoresTabs: true),
            ])
    }

    @Test func aDocumentMayBeEmptyAndLinesKeepTheirEnds() throws {
        #expect(try transfer("ADD <<E /x\nE").documents == [HereDocument(name: "E", content: "")])
        #expect(try transfer("ADD <<E /x\r\na\r\nE\r\n").documents == [HereDocument(name: "E", content: "a\r\n")])
    }

    @Test(arguments: ["RUN [\"a\", \"<<E\"]", "CMD cat <<E", "RUN a <<<E", "RUN a<<E", "RUN echo '<<E'"])
    func whatIsNone(_ text: String) throws {
        let tree = try SyntaxTree(parsing: text + "\nUSER x", as: .trigger)
        #expect(tree.instructions.map(\.name).last == "USER")
    }

    @Test func triggersTakeThemAlong() throws {
        let tree = try SyntaxTree(parsing: "ONBUILD COPY <<E /x\nFROM y\nE\nUSER z", as: .trigger)
        #expect(tree.instructions.map(\.statement) == [.onbuild("COPY <<E /x\nFROM y\nE"), .user("z")])
    }
}
