import ClientProfile
import Glibc
import HostSystem
import OrderedJSON
import Primitives
import Testing

@testable import DockerCLI

/// Logins against an engine that says yes to `right` alone.
@Suite final class LoginTests {
    private let folder: String
    private let engine: FakeEngine

    init() throws {
        var template = Array("/tmp/login-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        engine = try FakeEngine(answering: { request in
            guard request.line == "POST /auth" else { return (200, "[]") }
            guard request.body?["password"] == "right" else {
                return (401, #"{"message":"Get \"http://h:1/v2/\": unauthorized: who are you"}"#)
            }
            let token = request.body?["username"] == "tokenuser" ? "t0ken" : ""
            return (200, #"{"Status":"Login Succeeded","IdentityToken":"\#(token)"}"#)
        })
    }

    deinit {
        engine.close()
        _ = try? ChildProcess.run("rm", ["-rf", folder], input: [])
    }

    private func docker(
        _ words: String..., input: String = ""
    ) throws -> (requests: [FakeEngine.Request], text: String, code: Int32) {
        try engine.docker(["--config", folder] + words, input: input)
    }

    private func config() throws -> JSONValue? {
        try PrivateFile.read(folder + "/config.json", limit: 1 << 20).map { try JSONValue(parsing: $0) }
    }

    private var saved: String { "WARNING: login credentials saved in \(folder)/config.json.\n" }

    @Test func aLoginIsTriedAndKept() throws {
        let (requests, text, code) = try docker(
            "login", "-u", "bob", "--password-stdin", "-e", "b@c", "https://h:1/v2/", input: "right\r\n")
        #expect(requests.map(\.line) == ["POST /auth"])
        #expect(
            requests.first?.body
                == ["username": "bob", "password": "right", "email": "b@c", "serveraddress": "h:1"])
        #expect(text == saved + "Login Succeeded\n" && code == 0)
        // `bob:right`
        #expect(try config() == ["auths": ["h:1": ["auth": "Ym9iOnJpZ2h0", "email": "b@c"]]])
    }

    @Test func withoutAServerItIsDockerHub() throws {
        let (requests, text, _) = try docker("login", "-u", "bob", "-p", "right")
        #expect(requests.first?.body?["serveraddress"] == "https://index.docker.io/v1/")
        #expect(
            text == "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n" + saved
                + "Login Succeeded\n")
        #expect(try config()?["auths"]?["https://index.docker.io/v1/"] != nil)
    }

    @Test func aTokenIsKeptInPlaceOfThePassword() throws {
        _ = try docker("login", "-u", "tokenuser", "--password-stdin", "h", input: "right")
        #expect(
            try config() == ["auths": ["h": ["auth": "dG9rZW51c2VyOg==", "identitytoken": "t0ken"]]])
    }

    @Test func whatFailsIsNotKept() throws {
        let (_, text, code) = try docker("login", "-u", "bob", "--password-stdin", "h:1", input: "wr0ng")
        #expect(text == "Error response from daemon: Get \"http://h:1/v2/\": unauthorized: who are you\n" && code == 1)
        #expect(try config() == nil)
    }

    @Test func whatIsKeptIsTriedFirst() throws {
        _ = try docker("login", "-u", "bob", "--password-stdin", "h", input: "right")
        let again = try docker("login", "h")
        #expect(again.requests.first?.body?["password"] == "right" && again.code == 0)
        #expect(again.text == "Authenticating with existing credentials...\n" + saved + "Login Succeeded\n")
        try PrivateFile.update(folder + "/config.json", limit: 1 << 20) { _ in
            // `bob:old`
            Array(#"{"auths":{"h":{"auth":"Ym9iOm9sZA=="}}}"#.utf8)
        }
        let stale = try docker("login", "h")
        #expect(
            stale.text == """
                Authenticating with existing credentials...
                Login did not succeed, error: Error response from daemon: Get "http://h:1/v2/": unauthorized: who are you
                Error: Cannot perform an interactive login from a non TTY device

                """)
        #expect(stale.code == 1)
        #expect(try config()?["auths"]?["h"]?["auth"] == "Ym9iOm9sZA==")
    }

    @Test(arguments: [
        (["-u", "a", "-p", "b", "--password-stdin"], "--password and --password-stdin are mutually exclusive\n"),
        (["--password-stdin"], "Must provide --username with --password-stdin\n"),
        (["-u", "a"], "Error: Cannot perform an interactive login from a non TTY device\n"),
        ([], "Error: Cannot perform an interactive login from a non TTY device\n"),
    ])
    func flagsThatDoNotFitAreRefused(_ flags: [String], _ complaint: String) throws {
        let (requests, text, code) = try engine.docker(["--config", folder, "login"] + flags)
        #expect(requests.isEmpty && text.hasSuffix(complaint) && code == 1)
    }

    @Test func logoutForgets() throws {
        #expect(try docker("logout", "h").text == "Not logged in to h\n")
        _ = try docker("login", "-u", "bob", "--password-stdin", "h", input: "right")
        let (requests, text, code) = try docker("logout", "https://h")
        #expect(requests.isEmpty && text == "Remove login credentials for h\n" && code == 0)
        #expect(try config() == ["auths": [:]])
        #expect(try docker("logout").text == "Not logged in to https://index.docker.io/v1/\n")
    }

    @Test func pullsSayWhoTheUserIs() throws {
        func header(_ image: String) throws -> JSONValue? {
            let sent = try docker("pull", image).requests.first?.header("X-Registry-Auth")
            return try Base64.decode(sent ?? "").map { try JSONValue(parsing: $0) }
        }
        _ = try docker("login", "-u", "bob", "--password-stdin", "h:1", input: "right")
        #expect(try header("h:1/app") == ["username": "bob", "password": "right", "serveraddress": "h:1"])
        #expect(try header("busybox") == [:])
    }

    @Test func aPullOfCreateSaysItToo() throws {
        let engine = try FakeEngine { line in
            line.hasPrefix("POST /containers/create")
                ? (404, #"{"message":"No such image: h:1/app:latest"}"#) : (200, "")
        }
        defer { engine.close() }
        _ = try docker("login", "-u", "bob", "--password-stdin", "h:1", input: "right")
        let (requests, _, _) = try engine.docker(["--config", folder, "create", "h:1/app"])
        let pull = requests.first { $0.line.hasPrefix("POST /images/create") }
        let sent = try JSONValue(parsing: try #require(Base64.decode(pull?.header("X-Registry-Auth") ?? "")))
        #expect(sent["username"] == "bob")
    }

    @Test func quietShowsTheNameAlone() throws {
        #expect(try docker("pull", "-q", "busybox").text == "docker.io/library/busybox:latest\n")
        let pushed = try docker("push", "--quiet", "h:1/app")
        #expect(pushed.text == "h:1/app:latest\n")
        #expect(pushed.requests.first?.header("X-Registry-Auth") == "e30=")
    }

    @Test func infoSaysWhoTheUserIs() throws {
        let info = try FakeEngine(200, #"{"IndexServerAddress":"https://index.docker.io/v1/"}"#)
        defer { info.close() }
        #expect(try !info.docker(["--config", folder, "info"]).text.contains("Username"))
        _ = try docker("login", "-u", "bob", "--password-stdin", input: "right")
        #expect(
            try info.docker(["--config", folder, "info"]).text
                .contains("\nUsername: bob\nRegistry: [https://index.docker.io/v1/]\n"))
    }

    @Test func headersOfTheFileGoWithEveryCall() throws {
        try PrivateFile.update(folder + "/config.json", limit: 1 << 20) { _ in
            Array(#"{"HttpHeaders":{"X-Meta-Team":"blue"}}"#.utf8)
        }
        #expect(try docker("ps").requests.first?.header("X-Meta-Team") == "blue")
    }

    @Test func aBrokenFileStopsNoOtherCommand() throws {
        try PrivateFile.update(folder + "/config.json", limit: 1 << 20) { _ in Array("{".utf8) }
        let listed = try docker("ps", "-q")
        #expect(
            listed.code == 0 && listed.text.hasPrefix("WARNING: Error loading config file: \(folder)/config.json: "))
        #expect(try docker("login", "-u", "bob", "--password-stdin", "h", input: "right").code == 1)
        #expect(try PrivateFile.read(folder + "/config.json", limit: 10) == Array("{".utf8))
    }
}
