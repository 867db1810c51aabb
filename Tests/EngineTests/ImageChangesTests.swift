import APIModel
import Primitives
import Testing

@testable import Engine

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

    @Test(arguments: ["RUN x", "FROM y", "EXPOSE a", "EXPOSE 0", "ENV A", "CMD", "STOPSIGNAL FOO", "ENV A=1 B"])
    func nonsenseIsRefused(_ change: String) {
        #expect { try applied(change) } throws: { ($0 as? EngineError)?.kind == .badParameter }
    }
}
