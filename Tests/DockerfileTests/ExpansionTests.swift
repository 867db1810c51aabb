import Testing

@testable import Dockerfile

/// Variables, quotes, escapes: what BuildKit's builder makes of words.
@Suite struct ExpansionTests {
    private static let values = [
        "HOME": "/home", "SHELL": "bash", "EMPTY": "", "名": "한국어", "FOO": "xxyy", "DIR": "/tmp/tmp/bar.txt",
        "SPACED": "abc  def", "GLOB": "\\*/", "STARS": "/foo*/*/*.txt",
    ]

    private func expand(_ word: String, _ rules: WordExpander = WordExpander()) throws -> String {
        try rules.expand(word) { Self.values[$0] }.text
    }

    @Test(arguments: [
        ("he'll'o", "hello"), ("he\\'llo", "he'llo"), ("abc\\tdef", "abctdef"), ("\"abc\\tdef\"", "abc\\tdef"),
        ("\"abc\\\\tdef\"", "abc\\tdef"), ("'abc\\tdef'", "abc\\tdef"), ("hello\\", "hello"), ("hello\\\\", "hello\\"),
        ("'hello\\'", "hello\\"), ("\"''\"", "''"), ("'\"x\"'", "\"x\""), ("\"he'$HOME'\"", "he'/home'"),
        ("'\\$HOME'", "\\$HOME"), ("안녕\\'하세요", "안녕'하세요"), ("\"안녕\\t하\"", "안녕\\t하"),
    ])
    func quotesAndEscapes(_ word: String, _ expected: String) throws {
        #expect(try expand(word) == expected)
    }

    @Test(arguments: [
        ("$.", "$."), ("he$1x", "hex"), ("he$12x", "hex"), ("he$HOME", "he/home"), ("he\\$HOME", "he$HOME"),
        ("he\\\\$HOME", "he\\/home"), ("he${HOME}x", "he/homex"), ("he${none}x", "hex"), ("$none.", "."),
        ("\\${}a", "${}a"), ("$名!", "한국어!"), ("$@a$$b$?", "ab"), ("${@:-x}", "x"), ("$HOME_", ""), ("${aaa}}", "}"),
        ("$", "$"), ("a$", "a$"),
    ])
    func names(_ word: String, _ expected: String) throws {
        #expect(try expand(word) == expected)
    }

    @Test(arguments: [
        ("${X:-000}", "000"), ("${X-000}", "000"), ("${EMPTY:-000}", "000"), ("${EMPTY-000}", ""),
        ("${HOME:-000}", "/home"), ("${X:-${HOME:-y}}z", "/homez"), ("${X:-$HOME}", "/home"), ("${X:-}", ""),
        ("${X:+a}", ""), ("${HOME:+a}", "a"), ("${EMPTY:+a}", ""), ("${EMPTY+a}", "a"),
        ("${HOME:+${HOME}:}x", "/home:x"),
        ("${X:-\\$HOME:}", "$HOME:"), ("${X:-\\${HOME}z}", "${HOMEz}"), ("${HOME?}", "/home"), ("${EMPTY?}", ""),
        ("${X:-\"a b\"}", "a b"), ("${X:-b {c}", "b {c"),
    ])
    func defaults(_ word: String, _ expected: String) throws {
        #expect(try expand(word) == expected)
    }

    @Test(arguments: [
        ("${FOO#x}", "xyy"), ("${FOO##*x}", "yy"), ("${FOO#*x*y}", "y"), ("${FOO#*}", "xxyy"), ("${FOO##*}", ""),
        ("${FOO#z}", "xxyy"), ("${FOO#}", "xxyy"), ("${FOO%y}", "xxy"), ("${FOO%%x*}", ""), ("${FOO%x*}", "x"),
        ("${FOO%%y*}", "xx"), ("${FOO#?}", "xyy"), ("${DIR##*/}", "bar.txt"), ("${DIR%/*}", "/tmp/tmp"),
        ("${DIR/\\/tmp/}", "/tmp/bar.txt"), ("${DIR//\\/tmp/}", "/bar.txt"), ("${STARS/$GLOB/.}", "/foo.*/*.txt"),
        ("${STARS//$GLOB/.}", "/foo..*.txt"), ("${FOO/$EMPTY/ww}", "wwxxyy"), ("${FOO///}", "xxyy"),
        ("${FOO//x/ab}", "ababyy"), ("${FOO/x*/z}", "z"), ("${DIR//\\//\\/}", "\\/tmp\\/tmp\\/bar.txt"), ("${X#a}", ""),
        ("${FOO//?/-}", "----"), ("${FOO//q/-}", "xxyy"), ("${名%어}", "한국"),
    ])
    func patterns(_ word: String, _ expected: String) throws {
        #expect(try expand(word) == expected)
    }

    @Test(arguments: [
        ("he'llo", "unexpected end of statement while looking for matching single-quote"),
        ("\"hello\\\"", "unexpected end of statement while looking for matching double-quote"),
        ("${}", "syntax error: bad substitution"), ("${:-b}", "syntax error: bad substitution"),
        ("${{a}", "syntax error: bad substitution"), ("${", "syntax error: missing '}'"),
        ("${X:-b", "syntax error: missing '}'"), ("${X:-${Y}", "syntax error: missing '}'"),
        ("${HOME:YYY}", "unsupported modifier (:Y) in substitution"),
        ("${HOME:=x}", "unsupported modifier (:=) in substitution"),
        ("${HOME=x}", "unsupported modifier (=) in substitution"), ("${.}", "unsupported modifier (.) in substitution"),
        ("${FOO:#x}", "unsupported modifier (:#) in substitution"), ("${X?}", "X: is not allowed to be unset"),
        ("${EMPTY:?}", "EMPTY: is not allowed to be empty"), ("${X:?say $SHELL}", "X: say bash"),
        ("${FOO//ww}", "syntax error: missing '/' in ${}"), ("${FOO/a/b", "syntax error: missing '}'"),
        ("${FOO#\\x}", "invalid pattern (\\x) in substitution: invalid escape"),
    ])
    func whatCantBeExpanded(_ word: String, _ message: String) {
        let failure = #expect(throws: DockerfileError.self) { try expand(word) }
        #expect(failure?.message == "failed to process \(GoQuoted.text(word)): \(message)")
    }

    @Test func wordsAreSplitAtBlanksThatVariablesBring() throws {
        let rules = WordExpander()
        func words(_ text: String) throws -> [String] { try rules.expand(text) { Self.values[$0] }.words }
        #expect(try words("x${SPACED}y") == ["xabc", "defy"])
        #expect(try words("x\"${SPACED}\"y z") == ["xabc  defy", "z"])
        #expect(try words("a\\ b  c") == ["a b", "c"])
        #expect(try words("  ").isEmpty)
        #expect(try words("a${X:-b}c") == ["abc"])
    }

    @Test func namesThatWereAskedForAreTold() throws {
        let result = try WordExpander().expand("$HOME ${X:-$Y} $X '$Z'") { Self.values[$0] }
        #expect(result.matched == ["HOME"] && result.unmatched == ["Y", "X"])
    }

    @Test func otherRules() throws {
        var rules = WordExpander(escape: UInt8(ascii: "`"))
        #expect(try expand("a\\b`$HOME", rules) == "a\\b$HOME")
        rules = WordExpander()
        rules.keepsUnset = true
        #expect(try expand("$X ${X} ${X:-a}$HOME", rules) == "$X ${X} ${X:-a}/home")
        #expect(try expand("'it's $HOME \\$x", .forDocuments) == "'it's /home $x")
    }

    @Test func aVariableThatDoublesItselfHasABound() throws {
        var value = "x"
        let failure = #expect(throws: DockerfileError.self) {
            for _ in 0..<64 { value = try WordExpander().expand("$A$A") { _ in value }.text }
        }
        #expect(failure?.message.hasSuffix("the result is longer than 1048576 bytes") == true)
        #expect(value.utf8.count <= 1 << 20)
    }

    @Test func depthHasABound() {
        let word = String(repeating: "${a:-", count: 10_000)
        #expect(throws: DockerfileError.self) { try expand(word) }
    }

    @Test func aPatternTakesNoLongerThanTextTimesPattern() throws {
        let text = String(repeating: "a", count: 20_000)
        let clock = ContinuousClock()
        var result = ""
        let time = try clock.measure {
            result = try WordExpander().expand("${A//*a*a*a*a*a*a*a*b/x}", { _ in text }).text
        }
        #expect(result == text && time < .seconds(20))
    }
}
