import ImageModel
import NIOHTTP1
import Testing

@testable import RegistryClient

@Suite struct RegistryFailureTests {
    private static func error(_ status: Int, _ body: String, _ headers: HTTPHeaders = [:]) throws -> RegistryError {
        let url = try #require(WebAddress("https://host/v2/a/manifests/b?secret=1"))
        return RegistryFailure.error(status: status, headers: headers, body: Array(body.utf8), url: url)
    }

    /// What Docker prints of the same answers.
    @Test func speaksAsDockerDoes() throws {
        let unknown = try Self.error(
            404, #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"b"}}]}"#)
        #expect(unknown.message == "manifest unknown: manifest unknown")
        #expect(unknown.code == "MANIFEST_UNKNOWN" && unknown.status == 404 && !unknown.isTemporary)
        let denied = try Self.error(
            403, #"{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}"#)
        #expect(denied.message == "denied: requested access to the resource is denied")
        let token = try Self.error(401, #"{"details":"incorrect username or password"}"#)
        #expect(token.message == "unauthorized: incorrect username or password")
        #expect(try Self.error(401, "").message == "unauthorized: authentication required")
    }

    @Test func keepsQueriesToItself() throws {
        let error = try Self.error(500, "<html>")
        #expect(error.message == "received unexpected HTTP status: 500 from https://host/v2/a/manifests/b")
        #expect(error.isTemporary)
    }

    @Test func waitsAsAsked() throws {
        #expect(try Self.error(429, "", ["Retry-After": "7"]).retryAfter == 7)
        #expect(try Self.error(503, "", ["Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"]).retryAfter == 60)
        #expect(try Self.error(503, "", ["Retry-After": "100000000"]).retryAfter == 300)
        #expect(try Self.error(503, "").retryAfter == nil)
    }

    @Test func makesOneLineOfWhatStrangersWrite() throws {
        let hostile = try Self.error(400, "{\"errors\":[{\"code\":\"A\\u001b[31m\",\"message\":\"x\\n\\ny\"}]}")
        #expect(hostile.message == "a[31m: xy")
    }
}
