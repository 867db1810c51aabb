import ClientProfile
import OrderedJSON
import Primitives
import Testing

/// What a build takes from the user's file.
@Suite struct BuildSettingsTests {
    @Test func allLoginsGoAlong() throws {
        let auth = Base64.encode("user:word".utf8)
        let home = try Home()
        try home.write(home.config, #"{"auths":{"one:5000":{"auth":"\#(auth)"},"two":{},"three":{"auth":"\#(auth)"}}}"#)
        let bytes = try #require(Base64.decode(home.profile.allAuthorizations()))
        let sent = try JSONValue(parsing: bytes)
        #expect(Array(sent.objectValue?.keys ?? []) == ["one:5000", "three"])
        #expect(sent["three"]?["username"]?.stringValue == "user" && sent["three"]?["password"]?.stringValue == "word")
    }

    /// Docker's reference, "Automatic proxy configuration for containers".
    @Test func proxiesAreVariables() throws {
        let home = try Home()
        let proxies = #"{"default":{"httpProxy":"http://p:1","noProxy":"a"},"tcp://host:1":{"allProxy":"socks5://q"}}"#
        try home.write(home.config, #"{"proxies":\#(proxies)}"#)
        func variables(_ engine: String) -> [String] {
            home.profile.proxyVariables(engine: engine).map { "\($0.name)=\($0.value)" }
        }
        #expect(
            variables("unix:///x") == ["HTTP_PROXY=http://p:1", "http_proxy=http://p:1", "NO_PROXY=a", "no_proxy=a"])
        #expect(variables("tcp://host:1") == ["ALL_PROXY=socks5://q", "all_proxy=socks5://q"])
    }
}
