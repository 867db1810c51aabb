import APIModel
import Primitives
import Testing

@testable import ImageBuilder

@Suite struct ImageChangesTests {
    private func applied(_ changes: String...) throws -> ContainerConfig {
        var config = ContainerConfig()
        try ImageChanges.apply(changes, to: &config)
        return config
    }

    @Test func commandsInBothForms() throws {
        #expect(try applied("CMD [\"httpd\",\"-f\"]").cmd == ["httpd", "-f"])
        #expect(try applied("cmd echo hi").cmd == ["/bin/sh", "-c", "echo hi"])
        #expect(try applied("ENTRYPOINT [\"/init\"]").entrypoint == ["/init"])
    }

    @Test(arguments: ["", "  ", "# nothing"]) func aChangeThatIsNoneIsRefused(_ text: String) throws {
        #expect { try applied(text) } throws: { ($0 as? EngineError)?.message == "file with no instructions" }
        #expect(try applied().cmd == ContainerConfig().cmd)
    }

    @Test func variablesInBothForms() throws {
        #expect(try applied("ENV A=b C=\"d e\"").env == ["A=b", "C=d e"])
        #expect(try applied("ENV DEBUG on and on").env == ["DEBUG=on and on"])
        #expect(try applied("ENV A=1", "ENV A=2").env == ["A=2"])
    }

    @Test func portsAndRanges() throws {
        #expect(
            Set(try applied("EXPOSE 80 53/udp 8000-8002").exposedPorts.keys)
                == ["80/tcp", "53/udp", "8000/tcp", "8001/tcp", "8002/tcp"])
    }

    @Test func theOthers() throws {
        let config = try applied(
            "USER web", "WORKDIR /srv", "VOLUME /data /logs", "LABEL a=b", "ONBUILD RUN x", "STOPSIGNAL INT")
        #expect(config.user == "web" && config.workingDir == "/srv" && config.labels == ["a": "b"])
        #expect(Set((config.volumes ?? [:]).keys) == ["/data", "/logs"])
        #expect(config.onBuild == ["RUN x"] && config.stopSignal == "INT")
    }

    @Test func changesAreOneText() throws {
        let config = try applied("# a comment", "ENV A=1 \\\n  B=\"2 3\"", "ENV C=$A-${B:+x}", "cmd [\"a\"]")
        #expect(config.env == ["A=1", "B=2 3", "C=1-x"] && config.cmd == ["a"])
        #expect(try applied() == ContainerConfig())
    }

    @Test func aVariableKeepsItsPlaceAndSeesTheOldOnes() throws {
        var config = ContainerConfig()
        config.env = ["A=1", "B=2"]
        try ImageChanges.apply(["ENV A=9 B=$A"], to: &config)
        #expect(config.env == ["A=9", "B=1"])
    }

    @Test func anEntrypointTakesTheInheritedCommandAway() throws {
        var config = ContainerConfig()
        config.cmd = ["old"]
        try ImageChanges.apply(["ENTRYPOINT [\"/a\"]"], to: &config)
        #expect(config.cmd == nil && config.entrypoint == ["/a"])
        try ImageChanges.apply(["CMD [\"new\"]", "ENTRYPOINT []"], to: &config)
        #expect(config.cmd == ["new"] && config.entrypoint == [])
    }

    @Test func theShellIsInFrontOfTexts() throws {
        let config = try applied("SHELL [\"bash\", \"-ec\"]", "CMD run it", "ENTRYPOINT [\"x\"]")
        #expect(config.shell == ["bash", "-ec"] && config.cmd == ["bash", "-ec", "run it"])
    }

    @Test func healthchecks() throws {
        let check = try applied("HEALTHCHECK --interval=5s --retries=2 CMD curl x").healthcheck
        #expect(check.test == ["CMD-SHELL", "curl x"] && check.interval == 5_000_000_000 && check.retries == 2)
        #expect(try applied("HEALTHCHECK NONE").healthcheck.test == ["NONE"])
    }

    @Test func foldersAreJoinedAndCleaned() throws {
        #expect(try applied("WORKDIR /a", "WORKDIR b/../c/").workingDir == "/a/c")
        #expect(try applied("WORKDIR x").workingDir == "/x")
    }

    @Test(arguments: [
        ("RUN x", "run is not a valid change command"), ("FROB x", "frob is not a valid change command"),
        ("EXPOSE a", "invalid containerPort: a"), ("ENV A", "ENV must have two arguments"),
        ("CMD", "CMD requires at least one argument"), ("STOPSIGNAL FOO", "invalid signal: FOO"),
        ("ENV A=1 B", "Syntax error - can't find = in \"B\". Must be of the form: name=value"),
        ("VOLUME $NONE", "VOLUME specified can not be an empty string"),
        ("USER ${x:?who}", "failed to process \"${x:?who}\": x: who"),
    ])
    func nonsenseIsNamed(_ change: String, _ message: String) {
        #expect { try applied(change) } throws: { ($0 as? EngineError)?.message == message }
    }

    @Test(arguments: ["RUN x", "FROM y", "EXPOSE a", "EXPOSE 0", "ENV A", "CMD", "STOPSIGNAL FOO", "ENV A=1 B"])
    func nonsenseIsRefused(_ change: String) {
        #expect { try applied(change) } throws: { ($0 as? EngineError)?.kind == .badParameter }
    }
}
