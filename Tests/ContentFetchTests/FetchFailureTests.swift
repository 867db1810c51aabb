import Primitives
import Testing

@testable import ContentFetch

/// The expected words are docker.io 20.10's, of `build URL` and `import URL`.
@Suite struct FetchFailureTests {
    private func failure(_ url: String) async -> String? {
        do throws(EngineError) {
            try await ContentFetch.get(url, userAgent: "test", head: { _ in }, { _ in })
            return nil
        } catch {
            return error.message
        }
    }

    @Test func nobodyListens() async {
        let text = "Get \"http://127.0.0.1:9/x\": dial tcp 127.0.0.1:9: connect: connection refused"
        #expect(await failure("http://127.0.0.1:9/x") == text)
    }

    @Test func thereIsNoHost() async {
        #expect(await failure("https://") == "Get \"https://\": http: no Host in request URL")
    }

    @Test(arguments: [
        ("http://a.example/x", "a.example:80"),
        ("https://a.example", "a.example:443"),
        ("http://[::1]/x", "[::1]:80"), ("http://[::1]:81?y", "[::1]:81"),
        ("http://me:secret@a.example:81/", "a.example:81"),
        ("http://me@a.example/a:b@c", "a.example:80"),
    ]) func hostAndPortAreDialled(_ url: String, dialled: String) {
        #expect(FetchAddress(url).dialled == dialled)
    }

    /// Go's words. What the HTTP library would make of these is the end of the process.
    @Test(arguments: [
        ("http://127.0.0.1:99999/x", "dial tcp: address 99999: invalid port"),
        ("http://[::1]:65536/x", "dial tcp: address 65536: invalid port"),
        ("http://%5B%5D/x", "dial tcp: lookup %5B%5D: no such host"),
    ]) func itCanNotBeDialled(_ url: String, reason: String) async {
        #expect(await failure(url) == "Get \"\(url)\": \(reason)")
    }

    @Test(arguments: [
        ("http://b.example/y", "http://b.example/y"), ("https://b.example", "https://b.example"),
        ("//b.example/y?q", "http://b.example/y?q"), ("/y?q", "http://a.example:81/y?q"),
        ("?r", "http://a.example:81/d/x?r"),
        ("y", "http://a.example:81/d/y"), ("ftp://b.example/", nil),
        ("HTTPS://b.example/", "HTTPS://b.example/"),
        ("/in?to=http://c.example", "http://a.example:81/in?to=http://c.example"),
    ]) func whereARedirectLeads(_ location: String, next: String?) {
        #expect(FetchAddress("http://a.example:81/d/x?q=1").following(location) == next)
    }
}
