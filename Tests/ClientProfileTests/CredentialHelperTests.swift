import Glibc
import HostSystem
import OrderedJSON
import Primitives
import Testing

@testable import ClientProfile

/// With a program that keeps what it is told in its folder, and writes down how it was called.
@Suite struct CredentialHelperTests {
    private static let program = #"""
        #!/bin/sh
        cd "$(dirname "$0")" || exit 1
        echo "$@" >>calls
        case "$1" in
        store) cat >stored ;;
        get)
            cat >asked
            [ -e stored ] || { echo "credentials not found in native keychain"; exit 1; }
            sed 's/"ServerURL":"[^"]*",//' stored ;;
        erase) rm stored ;;
        esac
        """#

    private let home: Home
    private var prefix: String { home.path + "/docker-credential-" }
    private var profile: Profile {
        var profile = home.profile
        profile.helperPrefix = prefix
        return profile
    }

    init() throws {
        home = try Home()
        try install("fake", Self.program)
        try home.write(home.config, #"{"credsStore":"fake","credHelpers":{"other":"second"}}"#)
    }

    private func install(_ name: String, _ text: String) throws {
        let file = prefix + name
        try home.write(file, text)
        try #require(chmod(file, 0o755) == 0)
    }

    private let login = RegistryUser(username: "bob", password: "s3cret", email: "b@c", serverAddress: "h:1")

    @Test func secretsAreWithTheHelperAlone() throws {
        #expect(try profile.login(at: "h:1") == nil)
        #expect(try profile.store(login) == .helper)
        #expect(
            try home.json(home.path + "/stored")
                == ["ServerURL": "h:1", "Username": "bob", "Secret": "s3cret"])
        #expect(try home.json(home.config)["auths"] == ["h:1": ["email": "b@c"]])
        #expect(try profile.login(at: "h:1") == login)
        #expect(try home.text(home.path + "/asked") == "h:1")
        #expect(try profile.erase("h:1"))
        #expect(try !profile.erase("h:1"))
        #expect(try home.json(home.config)["auths"] == [:])
        #expect(try home.text(home.path + "/calls") == "get\nstore\nget\nget\nerase\nget\n")
    }

    @Test func tokensHaveANameOfTheirOwn() throws {
        let token = RegistryUser(identityToken: "t0ken", serverAddress: "h:1")
        _ = try profile.store(token)
        #expect(try home.json(home.path + "/stored")["Username"] == "<token>")
        #expect(try profile.login(at: "h:1") == token)
    }

    @Test func aServerMayHaveAHelperOfItsOwn() throws {
        try install("second", "#!/bin/sh\necho '{\"Username\":\"eve\",\"Secret\":\"x\"}'\n")
        #expect(try profile.login(at: "other")?.username == "eve")
        #expect(try profile.login(at: "h:1") == nil)
    }

    @Test func failuresNameTheHelperAndNoSecret() throws {
        try install("fake", "#!/bin/sh\nread -r line\necho locked\nexit 3\n")
        let locked = #expect(throws: EngineError.self) { try profile.store(login) }
        #expect(locked?.message == prefix + "fake store: locked")
        try install("fake", "#!/bin/sh\nprintf '{\"Secret\":\"s3cret\"'\n")
        let garbled = #expect(throws: EngineError.self) { try profile.login(at: "h:1") }
        #expect(garbled?.message == prefix + "fake get: its answer can't be read")
        try install("fake", "#!/bin/sh\nprintf '{\"Secret\":\"s3cret\"'\nexit 1\n")
        let halved = #expect(throws: EngineError.self) { try profile.login(at: "h:1") }
        #expect(halved?.message == prefix + "fake get: exit status 1")
        #expect(try home.json(home.config)["auths"] == nil)
    }

    @Test func aHelperThatIsMissingIsTold() throws {
        let error = #expect(throws: EngineError.self) { try profile.login(at: "other") }
        #expect(error?.message == "run \(prefix)second: No such file or directory")
        try home.write(home.config, #"{"credsStore":"../../bin/sh"}"#)
        #expect(throws: EngineError.self) { try profile.login(at: "h") }
    }
}
