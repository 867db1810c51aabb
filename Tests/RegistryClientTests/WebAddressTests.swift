import Testing

@testable import RegistryClient

@Suite struct WebAddressTests {
    @Test(arguments: [
        ("https://host:5000/v2/", "https://host:5000", "/v2/"), ("http://host", "http://host", ""),
        ("HTTP://u:secret@host/x?y=z#part", "http://host", "/x?y=z"),
        ("https://[::1]:5000?a", "https://[::1]:5000", "/?a"),
    ]) func readsPieces(text: String, origin: String, target: String) {
        let address = WebAddress(text)
        #expect(address?.origin == origin)
        #expect(address?.target == target)
    }

    @Test(arguments: [
        "", "host", "ftp://host", "http+unix://socket", "http://", "https:///x", "http://a b", "http://a\nb",
        "file:///etc/passwd",
    ]) func refusesWhatIsNone(text: String) { #expect(WebAddress(text) == nil) }

    /// RFC 3986 §5.4, as far as a registry's `Location` goes.
    @Test(arguments: [
        ("https://other/x", "https://other/x"), ("//other/x", "https://other/x"), ("/x?y", "https://a:1/x?y"),
        ("?y=2", "https://a:1/b/c?y=2"), ("d", "https://a:1/b/d"), ("unix:///run/s", nil),
    ]) func resolves(location: String, result: String?) {
        #expect(WebAddress("https://a:1/b/c?q=1")?.resolving(location)?.description == result)
    }

    @Test func addsToAQuery() {
        let address = WebAddress("https://auth/token")?.adding("scope", "repository:a/b:pull,push").adding(
            "account", "a b&c")
        #expect(address?.description == "https://auth/token?scope=repository:a/b:pull%2Cpush&account=a%20b%26c")
        #expect(address?.shown == "https://auth/token")
    }

    @Test func knowsWhatIsDialled() {
        #expect(WebAddress("http://a/")?.dialled == "a:80")
        #expect(WebAddress("https://[::1]/")?.dialled == "[::1]:443")
        #expect(WebAddress("https://a:5/")?.dialled == "a:5")
    }
}
