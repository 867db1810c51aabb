import OrderedJSON
import Testing

private struct Host: Codable, Equatable {
    var Memory: Int64?
    var Devices: [Device]?
    var Labels: [String: String]?
    struct Device: Codable, Equatable { var PathOnHost: String }
}

private struct Create: Codable, Equatable {
    var Image: String
    var HostConfig: Host?
}

private func decode<T: Decodable>(_ text: String, _ type: T.Type = T.self) throws -> T {
    try OrderedJSONDecoder().decode(type, from: Array(text.utf8))
}

@Suite struct OrderedJSONDecoderTests {
    @Test func unknownMembersAreIgnoredAndNullIsNil() throws {
        let value: Create = try decode(
            #"{"X":[1],"Image":"a","HostConfig":{"Memory":null,"Labels":{"B":"1","a":"2"}}}"#)
        #expect(value == Create(Image: "a", HostConfig: Host(Labels: ["B": "1", "a": "2"])))
    }

    @Test func namesMatchExactlyOrElseWithoutCase() throws {
        #expect(try decode(#"{"image":"a"}"#, Create.self).Image == "a")
        #expect(try decode(#"{"IMAGE":"b","Image":"a"}"#, Create.self).Image == "a")
    }

    @Test(arguments: [
        (#"{"Image":1}"#, "json: cannot unmarshal number 1 into field Image of type String"),
        (
            #"{"Image":"a","HostConfig":{"Memory":"1"}}"#,
            "json: cannot unmarshal string into field HostConfig.Memory of type Int64"
        ),
        (
            #"{"Image":"a","HostConfig":{"Memory":1.5}}"#,
            "json: cannot unmarshal number 1.5 into field HostConfig.Memory of type Int64"
        ),
        (
            #"{"Image":"a","HostConfig":{"Devices":[{"PathOnHost":"a"},{"PathOnHost":true}]}}"#,
            "json: cannot unmarshal bool into field HostConfig.Devices[1].PathOnHost of type String"
        ),
        ("{}", "json: missing field Image"),
    ])
    func errorsNameTheField(text: String, message: String) {
        #expect(throws: JSONError(message)) { try decode(text, Create.self) }
    }

    @Test func numbersMustFit() throws {
        #expect(throws: JSONError.self) { try decode("300", UInt8.self) }
        #expect(throws: JSONError.self) { try decode("-1", UInt64.self) }
        #expect(try decode("3", Double.self) == 3)
        #expect(try decode("[1,2]", [UInt8].self) == [1, 2])
        #expect(try decode("18446744073709551615", UInt64.self) == .max)
    }

    @Test func treesPassThrough() throws {
        #expect(try decode(#"{"a":{"z":1,"b":2}}"#, [String: JSONValue].self)["a"]?.text() == #"{"z":1,"b":2}"#)
        #expect(try decode(#"{"z":1,"b":2}"#, JSONObject.self).keys == ["z", "b"])
        #expect(try decode("[null]", [JSONValue].self) == [.null])
    }

    @Test func roundTrips() throws {
        let value = Create(
            Image: "x", HostConfig: Host(Memory: 5, Devices: [.init(PathOnHost: "/dev/a")], Labels: ["a": "b"]))
        #expect(try OrderedJSONDecoder().decode(Create.self, from: OrderedJSONEncoder().encode(value)) == value)
    }
}
