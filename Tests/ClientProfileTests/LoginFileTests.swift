import OrderedJSON
import Primitives
import Testing

@testable import ClientProfile

/// Files as Docker's clients write them.
@Suite struct LoginFileTests {
    /// `alice:wonder:land`
    private static let auth = "YWxpY2U6d29uZGVyOmxhbmQ="
    private static let hub = RegistryServer.hub

    private func login(_ config: String, at server: String) throws -> RegistryUser? {
        let home = try Home()
        try home.write(home.config, config)
        return try home.profile.login(at: server)
    }

    @Test func namesAndPasswordsAreInOneWord() throws {
        let found = try login(#"{"auths":{"host:5000":{"auth":"\#(Self.auth)","email":"a@b"}}}"#, at: "host:5000")
        #expect(
            found
                == RegistryUser(
                    username: "alice", password: "wonder:land", email: "a@b", serverAddress: "host:5000"))
        #expect(try login(#"{"auths":{"host:5000":{"auth":"\#(Self.auth)"}}}"#, at: "host") == nil)
    }

    @Test(arguments: ["https://host:5000/v1/", "http://host:5000", "host:5000/v2/"])
    func oldKeysAreFoundByTheirHost(_ key: String) throws {
        #expect(try login(#"{"auths":{"\#(key)":{"auth":"\#(Self.auth)"}}}"#, at: "host:5000")?.username == "alice")
    }

    @Test func tokensTakeThePlaceOfPasswords() throws {
        let found = try login(#"{"auths":{"h":{"identitytoken":"t"},"r":{"registrytoken":"u"}}}"#, at: "h")
        #expect(found == RegistryUser(identityToken: "t", serverAddress: "h"))
        #expect(found?.isComplete == true)
    }

    @Test(arguments: ["nocolon", "", "YWxpY2U", "!!!!", "YWxpY2U="])
    func aBrokenWordIsNoLogin(_ auth: String) throws {
        #expect(try login(#"{"auths":{"h":{"auth":"\#(auth)"}}}"#, at: "h")?.isComplete == false)
    }

    @Test func theFileOfDocker16IsRead() throws {
        let home = try Home()
        try home.write(home.old, #"{"\#(Self.hub)":{"auth":"\#(Self.auth)","email":"a@b"}}"#)
        #expect(try home.profile.login(at: Self.hub)?.password == "wonder:land")
        try home.write(home.old, "auth = \(Self.auth)\nemail = a@b\n")
        let found = try home.profile.login(at: Self.hub)
        #expect(found?.username == "alice" && found?.email == "a@b")
        // Today's file takes its place, whatever is in it.
        try home.write(home.config, "{}")
        #expect(try home.profile.login(at: Self.hub) == nil)
    }

    @Test func whatIsNotOursIsKept() throws {
        let home = try Home()
        let login = RegistryUser(username: "bob", password: "pw", email: "b@c", serverAddress: "h:1")
        try home.write(
            home.config,
            #"{"psFormat":"table","auths":{"x":{"auth":"eDp5","more":1},"h:1":{"new":true}},"plugins":{"a":{"b":"c"}}}"#
        )
        #expect(try home.profile.store(login) == .file(home.config))
        // `bob:pw`
        #expect(
            try home.text(home.config) == """
                {
                	"psFormat": "table",
                	"auths": {
                		"x": {
                			"auth": "eDp5",
                			"more": 1
                		},
                		"h:1": {
                			"new": true,
                			"auth": "Ym9iOnB3",
                			"email": "b@c"
                		}
                	},
                	"plugins": {
                		"a": {
                			"b": "c"
                		}
                	}
                }
                """)
        #expect(try home.profile.login(at: "h:1") == login)
    }

    @Test func aFirstLoginTakesTheOldOnesAlong() throws {
        let home = try Home()
        try home.write(home.old, #"{"\#(Self.hub)":{"auth":"\#(Self.auth)"}}"#)
        _ = try home.profile.store(RegistryUser(username: "bob", password: "pw", serverAddress: "h"))
        #expect(try home.profile.login(at: Self.hub)?.username == "alice")
        #expect(try home.profile.login(at: "h")?.username == "bob")
    }

    @Test func aLogoutLeavesNoSecretBehind() throws {
        let home = try Home()
        try home.write(home.old, #"{"https://h/v1/":{"auth":"\#(Self.auth)"}}"#)
        try home.write(
            home.config,
            #"{"auths":{"h":{"auth":"a"},"https://h":{"auth":"b"},"http://h/v2/":{},"hh":{"auth":"c"}}}"#)
        #expect(try home.profile.erase("h"))
        #expect(try home.json(home.config) == ["auths": ["hh": ["auth": "c"]]])
        #expect(try home.text(home.old) == nil)
        #expect(try !home.profile.erase("h"))
    }

    @Test func aFileThatCannotBeReadIsLeftAlone() throws {
        let home = try Home()
        try home.write(home.config, "{\"auths\": ")
        let login = RegistryUser(username: "bob", password: "pw", serverAddress: "h")
        #expect(home.profile.damage?.message.hasPrefix(home.config) == true)
        #expect(throws: EngineError.self) { try home.profile.store(login) }
        #expect(throws: EngineError.self) { try home.profile.erase("h") }
        #expect(throws: EngineError.self) { try home.profile.login(at: "h") }
        #expect(try home.text(home.config) == "{\"auths\": ")
    }

    @Test func headersThatAreNoneAreLeftOut() throws {
        let home = try Home()
        try home.write(
            home.config,
            #"{"HttpHeaders":{"X-Meta":"a b","User-Agent":"x","Bad Name":"x","X-Split":"a\r\nEvil: b","X-Number":1}}"#)
        #expect(home.profile.headers.map { "\($0.0): \($0.1)" } == ["X-Meta: a b"])
    }

    @Test(arguments: [
        ("", hub), ("docker.io", hub), ("index.docker.io", hub), ("https://index.docker.io/v1/", hub),
        ("host:5000", "host:5000"), ("https://host:5000/v2/", "host:5000"), ("http://host", "host"),
    ])
    func serversHaveOneName(_ given: String, _ key: String) { #expect(RegistryServer.key(given) == key) }

    @Test(arguments: [
        ("busybox", hub), ("user/app:1", hub), ("index.docker.io/user/app", hub), ("host:5000/a/b", "host:5000"),
        ("localhost/x", "localhost"),
    ])
    func imagesBelongToAServer(_ name: String, _ key: String) throws {
        #expect(RegistryServer.key(of: try ImageReference(parsing: name)) == key)
    }

    @Test func theHeaderIsJSONInTheAlphabetOfURLs() throws {
        let login = RegistryUser(username: "ab>>", password: "p??", serverAddress: "h")
        #expect(login.header.allSatisfy { $0 != "+" && $0 != "/" })
        let decoded = try JSONValue(parsing: try #require(Base64.decode(login.header)))
        #expect(decoded == ["username": "ab>>", "password": "p??", "serveraddress": "h"])
        #expect(RegistryUser.anonymousHeader == "e30=")
        let home = try Home()
        #expect(try home.profile.authorization(for: try ImageReference(parsing: "busybox")) == "e30=")
    }

    @Test func nothingPrintedShowsASecret() {
        let login = RegistryUser(
            username: "bob", password: "hidden1", identityToken: "hidden2", registryToken: "hidden3",
            serverAddress: "h")
        var dumped = ""
        dump(login, to: &dumped)
        for text in ["\(login)", String(reflecting: login), dumped] {
            #expect(!text.contains("hidden") && text.contains("bob at h"))
        }
    }
}
