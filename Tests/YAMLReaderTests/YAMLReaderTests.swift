import OrderedJSON
import Testing
import YAMLReader

@Suite struct YAMLReaderTests {
    struct Case: Sendable {
        let yaml: String
        let json: String
    }

    // YAML 1.2.2, chapter 10.3, "Core Schema", and the examples of chapter 2.
    @Test(arguments: [
        Case(yaml: "", json: "null"),
        Case(yaml: "~", json: "null"),
        Case(yaml: "a: 1\nb: [x, 'y', \"z\"]\n", json: #"{"a":1,"b":["x","y","z"]}"#),
        Case(yaml: "- true\n- False\n- yes\n- 'true'", json: #"[true,false,"yes","true"]"#),
        Case(yaml: "[0, -12, 0x1f, 0o17, 1.5, -2e3, 1.2.3]", json: #"[0,-12,31,15,1.5,-2000,"1.2.3"]"#),
        Case(yaml: ":5000", json: #"":5000""#),
        Case(yaml: "addr: :5000", json: #"{"addr":":5000"}"#),
        Case(yaml: "a: |\n  x\n  y\nb: >\n  x\n  y\n", json: #"{"a":"x\ny\n","b":"x y\n"}"#),
        Case(yaml: "a: &x {k: v}\nb: *x\n", json: #"{"a":{"k":"v"},"b":{"k":"v"}}"#),
        Case(
            yaml: "a: &x {k: v, l: w}\nb: {<<: *x, k: own}\n", json: #"{"a":{"k":"v","l":"w"},"b":{"k":"own","l":"w"}}"#
        ),
        Case(yaml: "a:\nb: # nothing\n", json: #"{"a":null,"b":null}"#),
    ]) func reads(_ example: Case) throws {
        #expect(try YAMLReader.read(example.yaml).text() == example.json)
    }

    @Test(arguments: [
        "a: [", "a: b: c", "a: *nowhere", "{a: 1, a: 2}", "? [x]\n: y", "a: !!binary x", "\t- a", "a: \u{1}",
    ])
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try YAMLReader.read(text) }
    }

    @Test func errorsNameTheLine() {
        #expect(throws: JSONError("yaml: line 3: key 'a' is there twice")) { try YAMLReader.read("a: 1\nb: 2\na: 3\n") }
    }

    /// A few lines that would stand for 10^9 values.
    @Test func aliasesOfAliasesAreBounded() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let copies = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(copies)]\n"
        }
        #expect(throws: JSONError.self) { try YAMLReader.read(text) }
        #expect(throws: JSONError.self) { try YAMLReader.read(String(repeating: "[", count: 5000)) }
    }
}
