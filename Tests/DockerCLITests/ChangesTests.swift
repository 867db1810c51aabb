import Testing

@testable import DockerCLI

/// As 1.6.2's client prints them.
@Suite struct ChangesTests {
    private func diff(
        _ answer: String, _ status: Int = 200
    ) throws -> (requests: [FakeEngine.Request], text: String, code: Int32) {
        let engine = try FakeEngine(status, answer)
        defer { engine.close() }
        return try engine.docker(["diff", "web"])
    }

    @Test func changesHaveALetter() throws {
        let (requests, text, code) = try diff(
            #"[{"Path":"/etc","Kind":0},{"Path":"/etc/new","Kind":1},{"Path":"/old","Kind":2}]"#)
        #expect(text == "C /etc\nA /etc/new\nD /old\n" && code == 0)
        #expect(requests.map(\.line) == ["GET /containers/web/changes"])
    }

    @Test func noChangesAreNoLines() throws {
        #expect(try diff("null\n").text.isEmpty && diff("[]").text.isEmpty)
        #expect(try diff("null\n").code == 0)
    }

    @Test func theContainerHasToBeThere() throws {
        let (_, text, code) = try diff(#"{"message":"No such container: web"}"#, 404)
        #expect(text == "Error response from daemon: No such container: web\n" && code == 1)
    }
}
