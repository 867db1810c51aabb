import Primitives
import Testing

@testable import Dockerfile

/// As moby/patternmatcher and the reference's ".dockerignore file" have it.
@Suite struct IgnoreRulesTests {
    @Test(arguments: [
        ("**", "file", true), ("**/", "dir/file", true), ("dir/**", "dir/a/b", true), ("dir/**", "dir", false),
        ("**/dir", "dir", true), ("**/dir", "dir/file", true), ("**/dir2/*", "dir/dir2/file", true),
        ("**file", "dir/dir/file", true), ("**file", "dir/myfile", true), ("**/file", "dir/myfile", false),
        ("**/file*txt", "dir/dir/file.txt", true), ("**/**/*.txt", "file.txt", true),
        ("**/**/*.txt2", "dir/dir/file.txt", false), ("a**/*.txt", "a/dir/dir/file.txt", true),
        ("a/*.txt", "a/dir/file.txt", false), ("a/*.txt**", "a/file.txt", true), ("a[b-d]e", "ace", true),
        ("a[b-d]e", "ae", false), ("a[^b-d]e", "aze", true), (".*", ".foo", true), (".*", "foo", false),
        ("abc.def", "abcdef", false), ("abc?def", "abcZdef", true), ("abc?def", "abcdef", false),
        ("a\\*b", "a*b", true),
        ("a\\*b", "axb", false), ("a\\\\", "a\\", true), ("**/.foo", "bar.foo", false),
        ("a(b)c/def", "a(b)c/def", true),
        ("a.|)$(}+{bc", "a.|)$(}+{bc", true), ("a*", "ab/c", true), ("a*/b", "a/c/b", false), ("a?b", "a☺b", true),
        ("a???b", "a☺b", false), ("[a-ζ]*", "α", true), ("*[a-ζ]", "A", false), ("a?b", "a/b", false),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true), ("/abs", "abs", false), ("dir/", "dir/x", true), ("./x", "x", true),
    ])
    func patterns(_ pattern: String, _ path: String, _ isIgnored: Bool) throws {
        #expect(try IgnoreRules([pattern]).ignores(path) == isIgnored)
    }

    @Test(arguments: [
        (["docs", "!docs/README.md"], "docs/README.md", false), (["docs/*", "!docs/README.md"], "docs/x", true),
        (["!x.go", "*.go"], "x.go", true), (["*.go", "!x.go"], "x.go", false), (["**", "!a/b"], "a/b/c", false),
        (["**", "!a/b", "a/b/c"], "a/b/c", true), (["**", "!dist/*.whl"], "dist/x+y.whl", false),
        (["*", "!*.md", "secret.md"], "secret.md", true), (["a", "!a"], "a/b", false), ([], "a", false),
        (["*"], ".", false),
    ])
    func theLastPatternThatFitsDecides(_ patterns: [String], _ path: String, _ isIgnored: Bool) throws {
        #expect(try IgnoreRules(patterns).ignores(path) == isIgnored)
    }

    @Test func aWalkGivesTheSameAsEachPathAlone() throws {
        let rules = try IgnoreRules(["**/*.o", "build", "!build/keep/**", "build/keep/x.o"])
        let folder = rules.trail("build", in: rules.top)
        #expect(folder.isIgnored && rules.hasExceptions)
        let keep = rules.trail("build/keep", in: folder)
        for (name, isIgnored) in [("a.c", false), ("a.o", false), ("x.o", true)] {
            #expect(rules.trail("build/keep/" + name, in: keep).isIgnored == isIgnored)
            #expect(rules.ignores("build/keep/" + name) == isIgnored)
        }
    }

    @Test func linesOfAFile() throws {
        let text = "\u{FEFF}# comment\n\n  /abs/path/ \r\n! /kept\n  # no comment\n./a//b/../c\n!\n"
        #expect(IgnoreFile.patterns(Array(text.utf8)) == ["abs/path", "!kept", "# no comment", "a/c", "!"])
        #expect(
            IgnoreFile.candidates(dockerfile: "x/App.Dockerfile", context: "x")
                == ["x/App.Dockerfile.dockerignore", "x/.dockerignore"])
    }

    @Test(arguments: [
        ("!", "illegal exclusion pattern: \"!\""), ("[", "syntax error in pattern"), ("a[", "syntax error in pattern"),
        ("[]a]", "syntax error in pattern"), ("[-]", "syntax error in pattern"), ("a\\", "syntax error in pattern"),
    ])
    func patternsThatAreNone(_ pattern: String, _ message: String) {
        #expect { try IgnoreRules([pattern]) } throws: {
            let error = $0 as? EngineError
            return error?.kind == .badParameter && error?.message == message
        }
    }

    @Test(arguments: [
        ("", "."), ("a/./b//c/", "a/b/c"), ("../a/..", ".."), ("/../a", "/a"), ("a/../..", ".."), ("/", "/"),
    ])
    func cleanPaths(_ path: String, _ clean: String) {
        #expect(SlashPath.clean(path) == clean)
    }
}
