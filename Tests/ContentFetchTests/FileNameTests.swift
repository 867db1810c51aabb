import ContentFetch
import Testing

@Suite struct FileNameTests {
    @Test(arguments: [
        ("http://h/a/b.txt", "b.txt"), ("http://h/a/b?c=d/e", "b"), ("http://h/a#b/c", "a"), ("h/a", "a"),
        ("http://h/with%20blank", "with blank"), ("http://h/caf%C3%A9", "café"), ("http://h/100%", "100%"),
        ("http://h/a%2Fb", "b"), ("http://h/a/\u{301}b", "\u{301}b"), ("http://h/..%2e", "..."),
    ]) func isTheLastPartOfThePath(_ url: String, name: String) { #expect(ContentFetch.fileName(of: url) == name) }

    @Test(arguments: [
        "http://h", "http://h/", "http://h/a/", "http://h/?a", "http://h/a/..", "http://h/%2e%2E", "http://h/a%2F.",
        "http://h/a%00b", "http://h/a%2f", "",
    ]) func isNotThereOfAFolder(_ url: String) { #expect(ContentFetch.fileName(of: url) == nil) }
}
