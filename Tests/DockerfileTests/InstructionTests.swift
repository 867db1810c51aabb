import Testing

@testable import Dockerfile

/// What each instruction may say.
@Suite struct InstructionTests {
    private func read(_ text: String) throws -> Statement {
        let tree = try SyntaxTree(parsing: text, as: .trigger)
        try #require(tree.instructions.count == 1)
        return tree.instructions[0].statement
    }

    @Test func from() throws {
        guard case .from(let from) = try read("FROM --platform=linux/$A busybox:1.0 as Build") else {
            return #expect(Bool(false))
        }
        #expect(from.base == "busybox:1.0" && from.stage == "build" && from.writtenStage == "Build")
        #expect(from.platform == "linux/$A" && from.asKeyword == "as")
        guard case .from(let bare) = try read("from scratch") else { return #expect(Bool(false)) }
        #expect(bare.base == "scratch" && bare.stage == nil && bare.platform == nil)
    }

    @Test func commandsInBothForms() throws {
        #expect(try read("CMD echo  \"a b\" ") == .cmd(CommandLine(words: ["echo  \"a b\""], isShell: true)))
        #expect(try read("CMD [ \"a\" , \"b c\" ] ") == .cmd(CommandLine(words: ["a", "b c"], isShell: false)))
        #expect(try read("ENTRYPOINT []") == .entrypoint(CommandLine(words: [], isShell: false)))
        #expect(try read("CMD []") == .cmd(CommandLine(words: [], isShell: false)))
        #expect(try read("SHELL [\"bash\", \"-c\"]") == .shell(["bash", "-c"]))
    }

    @Test(arguments: ["['a', 'b']", "[\"a\", \"b\"", "[\"a\"] b", "[\"a]", "{\"a\": 1}", "[ a, b ]"])
    func whatIsNoArrayIsForTheShell(_ text: String) throws {
        #expect(try read("CMD " + text) == .cmd(CommandLine(words: [text], isShell: true)))
    }

    @Test func variablesAndLabels() throws {
        #expect(try read("ENV a b  c=d \"e\"") == .env([KeyValuePair("a", "b  c=d \"e\"", isLegacy: true)]))
        #expect(
            try read("ENV a=b c=\"d e\" f='g h' i=j\\ k l= m=\"\"")
                == .env([
                    KeyValuePair("a", "b"), KeyValuePair("c", "\"d e\""), KeyValuePair("f", "'g h'"),
                    KeyValuePair("i", "j\\ k"), KeyValuePair("l", ""), KeyValuePair("m", "\"\""),
                ]))
        #expect(
            try read("LABEL a.b=\"one \\\n  two\" \\\n c=d")
                == .label([KeyValuePair("a.b", "\"one   two\""), KeyValuePair("c", "d")]))
        #expect(try read("ENV naïve=ñandú") == .env([KeyValuePair("naïve", "ñandú")]))
    }

    @Test func arguments() throws {
        #expect(
            try read("ARG a b= c=\"d e\" f=g=h")
                == .arg([
                    ArgumentDeclaration(name: "a", value: nil), ArgumentDeclaration(name: "b", value: ""),
                    ArgumentDeclaration(name: "c", value: "\"d e\""), ArgumentDeclaration(name: "f", value: "g=h"),
                ]))
    }

    @Test func theSimpleOnes() throws {
        #expect(try read("MAINTAINER Jane  <j@x>") == .maintainer("Jane  <j@x>"))
        #expect(try read("USER app:app") == .user("app:app"))
        #expect(try read("WORKDIR /a b") == .workdir("/a b"))
        #expect(try read("STOPSIGNAL SIGINT") == .stopSignal("SIGINT"))
        #expect(try read("EXPOSE 80\t53/udp $P") == .expose(["$P", "53/udp", "80"]))
        #expect(try read("VOLUME /a  /b") == .volume(["/a", "/b"]))
        #expect(try read("VOLUME [\"/a b\", \"/c\"]") == .volume(["/a b", "/c"]))
    }

    @Test func copies() throws {
        guard
            case .copy(let copy) = try read(
                "COPY --from=build --chown=1:2 --chmod=755 --link --parents --exclude=*.o --exclude=\"a b\" x y/ /z")
        else { return #expect(Bool(false)) }
        #expect(copy.from == "build" && copy.keepsParents && copy.transfer.isLinked)
        #expect(copy.transfer.owner == "1:2" && copy.transfer.mode == "755")
        #expect(copy.transfer.sources == ["x", "y/"] && copy.transfer.destination == "/z")
        #expect(copy.transfer.excludes == ["*.o", "a b"])
        guard
            case .add(let add) = try read("ADD --checksum=sha256:1 --keep-git-dir=true --unpack=false [\"a b\", \"c\"]")
        else { return #expect(Bool(false)) }
        #expect(add.checksum == "sha256:1" && add.keepsGitFolder == true && add.unpacks == false)
        #expect(add.transfer.sources == ["a b"] && add.transfer.destination == "c")
    }

    @Test func run() throws {
        guard
            case .run(let run) = try read(
                "RUN --mount=type=cache,target=/c --mount=from=build,source=/s,target=/t --network=none "
                    + "--security=insecure make -- --all")
        else { return #expect(Bool(false)) }
        #expect(run.command == CommandLine(words: ["make -- --all"], isShell: true))
        #expect(run.network == .none && run.isPrivileged && run.mounts.map(\.source) == ["", "build"])
        guard case .run(let bare) = try read("RUN -- --x") else { return #expect(Bool(false)) }
        #expect(bare.command.words == ["--x"])
    }

    @Test func healthchecks() throws {
        #expect(try read("HEALTHCHECK NONE") == .healthcheck(Healthcheck(test: ["NONE"])))
        guard
            case .healthcheck(let check) = try read(
                "HEALTHCHECK --interval=5s --timeout=1m30s --start-period=1h --start-interval=100ms --retries=4 "
                    + "cmd curl localhost")
        else { return #expect(Bool(false)) }
        #expect(check.test == ["CMD-SHELL", "curl localhost"] && check.retries == 4)
        #expect(check.interval == 5_000_000_000 && check.timeout == 90_000_000_000)
        #expect(check.startPeriod == 3_600_000_000_000 && check.startInterval == 100_000_000)
        guard case .healthcheck(let listed) = try read("HEALTHCHECK CMD [\"a\", \"b\"]") else {
            return #expect(Bool(false))
        }
        #expect(listed.test == ["CMD", "a", "b"])
    }

    @Test func triggersAreTexts() throws {
        #expect(try read("ONBUILD   RUN a \\\n b") == .onbuild("RUN a  b"))
        #expect(try read("onbuild add . /app") == .onbuild("add . /app"))
        #expect(try read("ONBUILD RUN <<E\na\nE\n") == .onbuild("RUN <<E\na\nE"))
        let trigger = try SyntaxTree.trigger("COPY a b", escape: UInt8(ascii: "\\"), at: SourceSpan(line: 7))
        #expect(trigger.span == SourceSpan(line: 7))
    }

    @Test func flagsMayBeQuotedAndEscaped() throws {
        guard case .copy(let copy) = try read("COPY --chown=\"a b\" --from=x\\ y s d") else {
            return #expect(Bool(false))
        }
        #expect(copy.transfer.owner == "a b" && copy.from == "x y")
    }
}
