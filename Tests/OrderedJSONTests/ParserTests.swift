import OrderedJSON
import Testing

@Suite struct JSONParserTests {
    @Test func keepsTheOrderOfMembers() throws {
        let value = try JSONValue(parsing: #"{"z":1,"a":[true,null,"x"],"m":{}}"#)
        #expect(value.objectValue?.keys == ["z", "a", "m"])
        #expect(value.text() == #"{"z":1,"a":[true,null,"x"],"m":{}}"#)
    }

    @Test func lastDuplicateWins() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#).text() == #"{"a":3,"b":2}"#)
    }

    @Test(arguments: [
        ("9223372036854775807", JSONValue.integer(.max)), ("18446744073709551615", .unsigned(.max)),
        ("-9223372036854775808", .integer(.min)), ("1.5", .double(1.5)), ("-0", .integer(0)), ("1e3", .double(1000)),
        (" 7 ", .integer(7)),
    ])
    func readsNumbers(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        (#""a\n\t\"\\\/\b\f\r""#, "a\n\t\"\\/\u{8}\u{c}\r"), (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\ude00""#, "😀"),
        (#""\ud83dx""#, "\u{FFFD}x"), (#""\ude00""#, "\u{FFFD}"), (#""\ud83d\u0041""#, "\u{FFFD}A"), ("\"é\"", "é"),
    ])
    func readsStrings(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text) == .string(expected))
    }

    @Test func invalidUTF8BecomesTheReplacementCharacter() throws {
        #expect(try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x22]) == .string("a\u{FFFD}"))
    }

    /// The messages are those of Go's encoding/json.
    @Test(arguments: [
        ("", "unexpected end of JSON input"), ("{", "unexpected end of JSON input"),
        ("x", "invalid character 'x' looking for beginning of value"),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        (#"{"a" 1}"#, "invalid character '1' after object key"),
        (#"{"a":1 "b"}"#, #"invalid character '"' after object key:value pair"#),
        ("[1 2]", "invalid character '2' after array element"), ("1 2", "invalid character '2' after top-level value"),
        ("tru3", "invalid character '3' in literal true (expecting 'e')"),
        ("\"a\nb\"", "invalid character '\\n' in string literal"),
        (#""\x""#, "invalid character 'x' in string escape code"),
        ("-x", "invalid character 'x' in numeric literal"),
    ])
    func refusesWithGoMessages(text: String, message: String) {
        #expect(throws: JSONError(message)) { try JSONValue(parsing: text) }
    }

    @Test func depthIsBounded() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(512)) }
        #expect(throws: JSONError("exceeded max depth")) { try JSONValue(parsing: nested(513)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func manyMembersAreFoundQuickly() throws {
        let members = (0..<50_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let value = try JSONValue(parsing: "{\(members)}")
        #expect(value["k49999"] == 49_999)
        #expect(value.objectValue?.count == 50_000)
    }
}
