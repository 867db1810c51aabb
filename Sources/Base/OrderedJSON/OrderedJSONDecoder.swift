/// Decodes as Go's `encoding/json` would: unknown members are ignored, names match exactly or else without regard to
/// case, `null` is nil for an optional. Errors are `JSONError` and name the field.
public struct OrderedJSONDecoder: Sendable {
    public init() {}

    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try decode(type, from: JSONValue(parsing: bytes))
    }

    public func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
        do {
            return try TreeDecoder(value: value, path: nil).decode(type)
        } catch let error as DecodingError {
            throw JSONError(error)
        }
    }
}

/// Where a value stands, innermost name first; turned into text only for errors.
final class JSONPath: Sendable {
    let name: String
    let isIndex: Bool
    let parent: JSONPath?

    init(_ name: String, isIndex: Bool = false, parent: JSONPath?) {
        self.name = name
        self.isIndex = isIndex
        self.parent = parent
    }

    /// `HostConfig.Devices[0].PathOnHost`
    var text: String {
        guard let parent else { return isIndex ? "[\(name)]" : name }
        return isIndex ? "\(parent.text)[\(name)]" : "\(parent.text).\(name)"
    }

    var codingPath: [any CodingKey] {
        (parent?.codingPath ?? []) + [isIndex ? AnyKey(intValue: Int(name) ?? 0) : AnyKey(name)]
    }
}

extension JSONError {
    /// For conformances that throw the standard library's error.
    init(_ error: DecodingError) {
        let context: DecodingError.Context
        switch error {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
            .dataCorrupted(let found):
            context = found
        @unknown default:
            self.init("json: \(error)")
            return
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        self.init("json: \(context.debugDescription)" + (path.isEmpty ? "" : " (field \(path))"))
    }

    static func mismatch(_ value: JSONValue, _ type: Any.Type, at path: JSONPath?) -> JSONError {
        let place = path.map { "field \($0.text)" } ?? "value"
        return JSONError("json: cannot unmarshal \(value.kindName) into \(place) of type \(type)")
    }
}

/// Decodes one value of a tree.
struct TreeDecoder: Decoder {
    let value: JSONValue
    let path: JSONPath?

    var codingPath: [any CodingKey] { path?.codingPath ?? [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(TreeKeyedContainer(object: try object(), path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch([JSONValue].self) }
        return TreeUnkeyedContainer(elements: elements, path: path)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func object() throws(JSONError) -> JSONObject {
        guard case .object(let object) = value else { throw mismatch(JSONObject.self) }
        return object
    }

    func mismatch(_ type: Any.Type) -> JSONError { .mismatch(value, type, at: path) }
}

extension TreeDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let value) = value else { throw mismatch(type) }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .string(let value) = value else { throw mismatch(type) }
        return value
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard let value = value.doubleValue else { throw mismatch(type) }
        return value
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        let exact: T? =
            switch value {
            case .integer(let value): T(exactly: value)
            case .unsigned(let value): T(exactly: value)
            default: nil
            }
        guard let exact else { throw mismatch(type) }
        return exact
    }

    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

    /// Any type; the comparisons spare the common ones a trip through existentials.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        if T.self == String.self { return unsafeBitCast(try decode(String.self), to: T.self) }
        if T.self == Int.self { return unsafeBitCast(try integer(Int.self), to: T.self) }
        if T.self == Int64.self { return unsafeBitCast(try integer(Int64.self), to: T.self) }
        if T.self == Bool.self { return unsafeBitCast(try decode(Bool.self), to: T.self) }
        if T.self == JSONValue.self, let value = value as? T { return value }
        return try T(from: self)
    }
}
