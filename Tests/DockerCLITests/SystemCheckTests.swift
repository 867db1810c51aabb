import Testing

@testable import DockerCLI

@Suite struct SystemCheckTests {
    private func docker(_ lines: [String], _ flags: String...) throws -> (text: String, code: Int32) {
        let engine = try FakeEngine(200, lines.map { $0 + "\n" }.joined())
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["system", "check"] + flags)
        #expect(requests.map(\.line) == ["GET /system/check"])
        return (text, code)
    }

    private let sound = [
        #"{"Kind":"blob","Name":"sha256:1"}"#, #"{"Kind":"layer","Name":"sha256:2"}"#,
        #"{"Kind":"layer","Name":"sha256:3"}"#, #"{"Kind":"image","Name":"sha256:1"}"#,
        #"{"Kind":"name","Name":"busybox:latest"}"#,
    ]

    @Test func whatIsSoundIsCounted() throws {
        let line = "Checked 1 blob, 2 layers, 1 image, 1 name and 0 containers: no problems\n"
        #expect(try docker(sound) == (line, 0))
        #expect(try docker(sound, "-q") == ("", 0))
    }

    @Test func aProblemIsAFailure() throws {
        let broken = sound + [#"{"Kind":"container","Name":"abc","Problem":"its files are missing"}"#]
        #expect(
            try docker(broken) == (
                """
                container abc: its files are missing
                Checked 1 blob, 2 layers, 1 image, 1 name and 1 container: 1 problem

                """, 1
            ))
        #expect(try docker(broken, "--quiet") == ("container abc: its files are missing\n", 1))
    }

    @Test func aCheckThatBreaksOffIsNoResult() throws {
        let (text, code) = try docker(sound + [#"{"error":"disk is gone"}"#])
        #expect(text == "Error response from daemon: disk is gone\n" && code == 1)
    }
}
