import Testing

@testable import DockerCLI

/// `--platform` of Docker's client goes along as OCI's JSON (`platform` of API 1.48).
@Suite struct PlatformFlagTests {
    private static let arm = "%7B%22architecture%22:%22arm%22%2C%22os%22:%22linux%22%2C%22variant%22:%22v6%22%7D"

    @Test(arguments: [
        (["load"], "POST /images/load?platform=\(arm)"), (["load", "-q"], "POST /images/load?quiet=1&platform=\(arm)"),
        (["save", "a"], "GET /images/get?names=a&platform=\(arm)"),
        (["history", "a"], "GET /images/a/history?platform=\(arm)"),
    ])
    func itGoesAlong(_ command: [String], _ line: String) throws {
        let engine = try FakeEngine(200, "[]")
        let result = try engine.docker(command + ["--platform", "linux/arm/v6"], input: "archive")
        #expect(result.requests.map(\.line) == [line])
    }

    @Test func whatIsNoneIsNotSent() throws {
        let result = try FakeEngine(200, "[]").docker(["history", "--platform", "a/b/c/d", "a"])
        #expect(result.requests.isEmpty && result.code != 0)
        #expect(result.text.hasPrefix("invalid platform: \"a/b/c/d\": cannot parse platform specifier"))
    }
}
