import APIModel
import Testing

@testable import Engine

@Suite struct ShellPatternTests {
    @Test(arguments: [
        ("busybox", "busybox", true), ("busy*", "busybox", true), ("*", "a/b", false), ("*/b", "a/b", true),
        ("b?sybox", "busybox", true), ("[a-c]usybox", "busybox", true), ("[^b]usybox", "busybox", false),
        ("busybox:*", "busybox:latest", true), ("\\*", "*", true), ("[", "[", false),
    ])
    func matchesAsGoDoes(_ pattern: String, _ text: String, _ matches: Bool) {
        #expect(ShellPattern(pattern).matches(text) == matches)
    }

    /// Go's `path.Match`: where it says `ErrBadPattern`.
    @Test(arguments: [
        ("[", false), ("a[", false), ("[]a]", false), ("[-]", false), ("[x-]", false), ("[-x]", false),
        ("[a-b-c]", false),
        ("\\", false), ("[a", false), ("[^bc", false), ("a[\\]", false), ("[a-z]*", true), ("[^x]", true),
        ("[\\]a]", true), ("a\\*b", true), ("]", true), ("", true), ("[a-b]x]", true),
    ])
    func patternsAreWellFormed(_ pattern: String, _ isValid: Bool) {
        #expect(ShellPattern(pattern).isValid == isValid)
        let filters = Filters(["reference": [pattern]])
        #expect(((try? ImageFilter(filters)) != nil) == isValid)
    }

    @Test func referencesMatchWithAndWithoutTag() {
        #expect(ImageFilter.matches("busybox:latest", "busybox"))
        #expect(ImageFilter.matches("host:5000/a/b:1", "host:5000/a/*"))
        #expect(!ImageFilter.matches("busybox:latest", "busy"))
        #expect(ImageFilter.matches("host:5000/a@sha256:abc", "host:5000/a"))
        #expect(ImageFilter.matches("busybox@sha256:abc", "busybox@sha256:*"))
    }
}
