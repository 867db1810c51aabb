import ContentFetch
import Testing

@Suite struct ShownTests {
    @Test(arguments: [
        ("https://host:1/a/b.tar", "https://host:1/a/b.tar"), ("https://me:secret@host/x", "https://host/x"),
        ("http://me:se@cret@[::1]:5?token=secret", "http://[::1]:5"), ("https://host/x@y#secret", "https://host/x@y"),
        ("http://host?secret/@x", "http://host"), ("me:secret@host/x", "host/x"), ("", ""), ("://@", "://"),
        // A combining mark makes another character of the sign before it.
        ("https://me:secret@\u{301}host/x", "https://\u{301}host/x"),
        ("http://h?x@y", "http://h"), ("http://a@b@h/@", "http://h/@"),
    ]) func holdsNoSecret(_ url: String, shown: String) { #expect(ContentFetch.shown(url) == shown) }
}
