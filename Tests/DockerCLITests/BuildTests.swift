import HostSystem
import Testing

@testable import DockerCLI

/// `docker build --check` reads what is on this side and asks the engine about base images alone.
@Suite struct BuildTests {
    private let image = """
        {"Os":"linux","Architecture":"amd64","Config":{"Env":["PATH=/bin","APP=/a"],"Shell":null,"OnBuild":["USER $WHO"]}}
        """

    @Test func aFileFromTheStandardInput() throws {
        let engine = try FakeEngine(404, "{\"message\":\"no\"}")
        let result = try engine.docker(["build", "--check", "-"], input: "FROM scratch\nMAINTAINER m\n")
        #expect(result.requests.isEmpty && result.code == 1)
        #expect(result.text.hasPrefix("Check complete, 1 warning has been found!\n\nWARNING: MaintainerDeprecated - "))
        #expect(try engine.docker(["build", "--check", "-"], input: "FROM scratch").code == 0)
    }

    @Test func theEngineIsAskedOnceForEachImage() throws {
        let engine = try FakeEngine(200, image)
        let text = "FROM app:1 AS a\nCOPY $APP $NOPE /\nFROM app:1\n"
        let result = try engine.docker(["build", "--check", "--platform", "linux/amd64", "-"], input: text)
        #expect(result.requests.map(\.line) == ["GET /images/app:1/json"])
        for words in ["variable '$NOPE'\nstdin:2\n", "variable '$WHO'\nstdin:1\n", "variable '$WHO'\nstdin:3\n"] {
            #expect(result.text.contains(words))
        }
        #expect(result.text.hasPrefix("Check complete, 3 warnings have been found!\n"))
    }

    @Test func anErrorComesLastWithItsPlace() throws {
        let engine = try FakeEngine(404, "{\"message\":\"no\"}")
        let result = try engine.docker(["build", "--check", "-"], input: "FROM scratch AS B\nUSER\n")
        #expect(
            result.text.contains("\n\nERROR: dockerfile parse error on line 2: USER requires exactly one argument\n"))
        #expect(result.text.contains("\nstdin:2:1\n") && result.code == 1)
    }

    @Test func buildArgumentsAndTargets() throws {
        let engine = try FakeEngine(404, "{\"message\":\"no\"}")
        let text = "ARG B\nFROM $B AS one\nFROM scratch AS two\nMAINTAINER m"
        let flags = ["build", "--check", "--build-arg", "B=scratch", "--build-arg", "NO_SUCH_VARIABLE_HERE"]
        let result = try engine.docker(flags + ["--target", "one", "-"], input: text)
        #expect(result.text.contains("InvalidDefaultArgInFrom") && result.text.contains("MaintainerDeprecated"))
        let missing = try engine.docker(flags + ["--target", "three", "-"], input: text)
        #expect(missing.text.contains("ERROR: target stage \"three\" could not be found\n"))
    }

    @Test(arguments: [
        (["--annotation", "a=b", "."], "docker: 'build --annotation' is not supported yet\n"),
        (["--check", "/no/where"], "ERROR: unable to prepare context: path \"/no/where\" not found\n"),
        (["--check", "git@host:x.git"], "docker: 'build --check' of a remote context is not supported yet\n"),
        (
            ["--check", "-f", "x", "-"],
            "ERROR: ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles\n"
        ),
    ])
    func whatIsNotThereIsSaid(_ words: [String], _ text: String) throws {
        let result = try FakeEngine(404, "{\"message\":\"no\"}").docker(["build"] + words)
        #expect(result.text == text && result.code == 1 && result.requests.isEmpty)
    }
}
