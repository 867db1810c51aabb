import ImageModel
import Testing

@testable import RegistryClient

@Suite struct TokenTests {
    private static func read(_ text: String) throws -> Token {
        try TokenServer.read(Array(text.utf8), #require(WebAddress("https://auth/token?account=me")))
    }

    @Test func eitherNameWillDo() throws {
        #expect(try Self.read(#"{"token":"a","access_token":"b"}"#).text == "a")
        #expect(try Self.read(#"{"token":"","access_token":"b","refresh_token":"c"}"#).refresh == "c")
    }

    @Test func livesAMinuteAtLeast() throws {
        let token = try Self.read(#"{"token":"a","expires_in":1}"#)
        #expect(!token.hasEnded)
        #expect(token.ends < .now.advanced(by: .seconds(60)))
        #expect(try Self.read(#"{"token":"a","expires_in":9000000000000000000}"#).ends > .now)
    }

    @Test(arguments: ["", "{}", "[]", #"{"token":1}"#, #"{"token":"a\r\nX: y"}"#])
    func refusesWhatIsNoToken(text: String) throws {
        let error = #expect(throws: RegistryError.self) { try Self.read(text) }
        #expect(error?.message == "authorization server https://auth/token did not include a token in the response")
    }
}
