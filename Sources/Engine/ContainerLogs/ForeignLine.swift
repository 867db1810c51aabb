internal import OrderedJSON
internal import Primitives

/// A line whose JSON is in order but whose fields are in another one, as other programs write.
struct ForeignLine {
    var text: [UInt8]
    var stream: UInt8
    var time: Timestamp
    var attributes: [(name: String, value: String)]

    /// Nil for a broken line.
    init?(_ bytes: some Collection<UInt8>) {
        guard let value = try? JSONValue(parsing: Array(bytes)), case .object = value,
            let time = value["time"]?.stringValue, let timestamp = try? Timestamp(parsing: time)
        else { return nil }
        text = Array((value["log"]?.stringValue ?? "").utf8)
        stream = value["stream"]?.stringValue == "stderr" ? 2 : 1
        self.time = timestamp
        attributes = value["attrs"].map(Self.attributes) ?? []
    }

    static func attributes(_ value: JSONValue) -> [(name: String, value: String)] {
        guard case .object(let object) = value else { return [] }
        return object.entries.map { ($0.key, $0.value.stringValue ?? "") }
    }

    /// Docker's form of the attributes before a line: `a=1,b=2`, sorted, percent-encoded as in a query.
    static func detail(_ attributes: [(name: String, value: String)]) -> String {
        attributes.sorted { $0.name < $1.name }.map { queryEscaped($0.name) + "=" + queryEscaped($0.value) }
            .joined(separator: ",")
    }

    /// Go's `url.QueryEscape`.
    private static func queryEscaped(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: " "): result.append("+")
            default: result += ["%", hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
    }
}
