import OrderedJSON
import Testing

private struct Sample: Codable, Equatable {
    var Zebra: String = "z"
    var Apple: Int64 = -5
    var Missing: String?
    var List: [String] = []
    var Nested: Inner = Inner()
    var Map: [String: Inner] = [:]

    struct Inner: Codable, Equatable { var On: Bool = true }
}

private struct Empty: Codable {}

private struct ExplicitNull: Encodable {
    enum CodingKeys: CodingKey { case Value, After }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeNil(forKey: .Value)
        var list = container.nestedUnkeyedContainer(forKey: .After)
        try list.encode(1)
        var inner = list.nestedContainer(keyedBy: CodingKeys.self)
        try inner.encode("x", forKey: .Value)
        try list.encode(2.5)
    }
}

/// Writes the members of another value and then its own into one object, as embedded Go structs do.
private struct Embedding: Encodable {
    enum CodingKeys: CodingKey { case Own }
    func encode(to encoder: any Encoder) throws {
        try Sample.Inner().encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(1, forKey: .Own)
    }
}

private func text(_ value: some Encodable, _ style: JSONStyle = .compact) throws -> String {
    String(decoding: try OrderedJSONEncoder(style: style).encode(value), as: UTF8.self)
}

@Suite struct OrderedJSONEncoderTests {
    @Test func membersComeInDeclaredOrderAndNilIsLeftOut() throws {
        #expect(try text(Sample()) == #"{"Zebra":"z","Apple":-5,"List":[],"Nested":{"On":true},"Map":{}}"#)
    }

    @Test func dictionariesAreSortedByKey() throws {
        #expect(try text(["b": 1, "a": 2, "é": 3, "B": 4]) == #"{"B":4,"a":2,"b":1,"é":3}"#)
        #expect(try text(["b": ["y": [1], "x": nil]]) == #"{"b":{"x":null,"y":[1]}}"#)
    }

    @Test func explicitNullAndNestedContainers() throws {
        #expect(try text(ExplicitNull()) == #"{"Value":null,"After":[1,{"Value":"x"},2.5]}"#)
    }

    @Test func embeddedValuesShareOneObject() throws {
        #expect(try text(Embedding()) == #"{"On":true,"Own":1}"#)
        #expect(try text([Embedding()]) == #"[{"On":true,"Own":1}]"#)
    }

    @Test func smallValues() throws {
        #expect(try text(Empty()) == "{}")
        #expect(try text([UInt8]([1, 255])) == "[1,255]")
        #expect(try text([Int?]([1, nil])) == "[1,null]")
        #expect(try text("x") == "\"x\"")
        #expect(try text(UInt64.max) == "18446744073709551615")
        #expect(try text(Int64.min) == "-9223372036854775808")
    }

    @Test func indentedLikeGo() throws {
        let expected = """
            {
              "Zebra": "z",
              "Apple": -5,
              "List": [
                "a",
                "b"
              ],
              "Nested": {
                "On": true
              },
              "Map": {}
            }
            """
        #expect(try text(Sample(List: ["a", "b"]), .indented("  ")) == expected)
        #expect(try JSONValue(parsing: text(Sample(List: ["a", "b"]))).text(.indented("  ")) == expected)
    }

    /// Values from Go 1.22: `json.Marshal`.
    @Test(arguments: [
        ("<a&b>", #""\u003ca\u0026b\u003e""#), ("a\u{2028}b\u{2029}", #""a\u2028b\u2029""#),
        ("\n\r\t\u{1}\u{1f}", #""\n\r\t\u0001\u001f""#),
        ("\"\\/", #""\"\\/""#), ("é😀\u{7f}", "\"é😀\u{7f}\""), ("", "\"\""),
    ])
    func stringsAreEscapedAsGoDoes(value: String, expected: String) throws {
        #expect(try text(value, .goCompact) == expected)
    }

    @Test func htmlEscapesAreOptional() throws {
        #expect(try text("<&>") == #""<&>""#)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (100.0, "100"), (1.5, "1.5"), (0.1, "0.1"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"), (1.5e300, "1.5e+300"), (1e-6, "0.000001"), (1e-7, "1e-7"), (1.25e-10, "1.25e-10"),
        (123456789.125, "123456789.125"), (1e16, "10000000000000000"), (Double.leastNonzeroMagnitude, "5e-324"),
        (-2.5, "-2.5"),
        (0.00012, "0.00012"),
    ])
    func floatsAreWrittenAsGoDoes(value: Double, expected: String) throws {
        #expect(try text(value) == expected)
    }

    @Test func infinityIsRefused() {
        #expect(throws: JSONError.self) { try OrderedJSONEncoder().encode([Double.infinity]) }
    }

    @Test func treesAndValuesAgree() throws {
        let value = try OrderedJSONEncoder().encodeValue(Sample(List: ["<"]))
        #expect(value["List"]?[0] == "<")
        #expect(value.text(.goCompact).contains(#"\u003c"#))
        #expect(try text(["k": value]) == "{\"k\":\(value.text())}")
    }
}

private struct Direct: JSONWritable {
    enum CodingKeys: CodingKey { case unused }
    func write(to object: inout JSONObjectWriter) throws {
        object.field("Id", "<x>")
        object.field("Created", Int64(-3))
        object.null("Command")
        try object.field("Labels", ["b": "2", "a": "1"])
        try object.object("HostConfig") { $0.field("On", true) }
        try object.map("Networks", [("z", 1), ("a\"", 2)]) { $0.field("N", $1) }
        try object.array("Ports", [80, 81]) { $0.field("P", $1) }
    }
    func encode(to encoder: any Encoder) throws {}
}

@Suite struct JSONWritableTests {
    @Test func writesMembersInOrderWhereverItStands() throws {
        let one =
            ##"{"Id":"\u003cx\u003e","Created":-3,"Command":null,"Labels":{"a":"1","b":"2"},"##
            + ##""HostConfig":{"On":true},"Networks":{"z":{"N":1},"a\"":{"N":2}},"Ports":[{"P":80},{"P":81}]}"##
        #expect(try text([Direct(), Direct()], .goCompact) == "[\(one),\(one)]")
        #expect(try text(["k": Direct()], .goCompact) == "{\"k\":\(one)}")
    }
}
