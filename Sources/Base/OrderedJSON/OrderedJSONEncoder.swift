/// Encodes values as Go's `encoding/json` would: members in the order in which they are encoded (for synthesised
/// conformances that is the order of declaration), dictionaries sorted by key.
public struct OrderedJSONEncoder: Sendable {
    public var style: JSONStyle

    public init(style: JSONStyle = .compact) { self.style = style }

    /// The bytes, without a final newline. Fails for NaN and infinities, or when a conformance throws.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        let sink = JSONSink(style: style)
        try sink.encode(value)
        let bytes = sink.takeBytes()
        if let failure = sink.failure { throw failure }
        return bytes
    }

    /// The same as a tree. Numbers come back in their shortest kind: 1.0 is `integer(1)`.
    public func encodeValue(_ value: some Encodable) throws -> JSONValue {
        try JSONValue(parsing: OrderedJSONEncoder().encode(value))
    }
}

/// A dictionary that is written as an object, keys in byte order.
protocol SortedDictionary {
    func encodeSorted(to sink: JSONSink) throws
}

extension Dictionary: SortedDictionary where Key == String, Value: Encodable {
    func encodeSorted(to sink: JSONSink) throws {
        sink.open(object: true)
        let depth = sink.depth
        for key in keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            guard let value = self[key] else { continue }
            sink.beginMember(key, depth: depth)
            try sink.encode(value)
        }
        sink.close(to: depth - 1)
    }
}

extension JSONSink {
    /// Writes any value. The type comparisons spare the common types a trip through two existentials each.
    func encode<T: Encodable>(_ value: T) throws {
        if T.self == String.self { return write(unsafeBitCast(value, to: String.self)) }
        if T.self == [String].self { return write(strings: unsafeBitCast(value, to: [String].self)) }
        if T.self == Int.self { return write(integer: unsafeBitCast(value, to: Int.self)) }
        if T.self == Int64.self { return write(integer: unsafeBitCast(value, to: Int64.self)) }
        if T.self == Bool.self { return write(unsafeBitCast(value, to: Bool.self)) }
        if T.self == [String: String].self {
            return try unsafeBitCast(value, to: [String: String].self).encodeSorted(to: self)
        }
        if T.self == JSONValue.self, let value = value as? JSONValue { return write(value) }
        if T.self == JSONObject.self, let value = value as? JSONObject { return write(value) }
        switch route(T.self) {
        case .direct:
            if let value = value as? any JSONWritable { return try write(object: value) }
        case .dictionary:
            if let value = value as? any SortedDictionary { return try value.encodeSorted(to: self) }
        case .codable: break
        }
        try encodeThroughCodable(value)
    }

    private func encodeThroughCodable<T: Encodable>(_ value: T) throws {
        let start = count
        let outer = depth
        try value.encode(to: SinkEncoder(sink: self, level: outer))
        close(to: outer)
        if count == start { append("{}") }
    }

    private func write(strings: [String]) {
        open(object: false)
        let inner = depth
        for string in strings {
            beginElement(depth: inner)
            write(string)
        }
        close(to: inner - 1)
    }
}

/// Encodes one value, whose containers open at `level`.
struct SinkEncoder: Encoder {
    let sink: JSONSink
    let level: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        sink.enter(object: true, at: level)
        return KeyedEncodingContainer(SinkKeyedContainer(sink: sink, depth: level + 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        sink.enter(object: false, at: level)
        return SinkUnkeyedContainer(sink: sink, depth: level + 1)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension SinkEncoder: SingleValueEncodingContainer {
    func encodeNil() { sink.writeNull() }
    func encode(_ value: Bool) { sink.write(value) }
    func encode(_ value: String) { sink.write(value) }
    func encode(_ value: Double) { sink.write(value) }
    func encode(_ value: Float) { sink.write(value) }
    func encode(_ value: Int) { sink.write(integer: value) }
    func encode(_ value: Int8) { sink.write(integer: value) }
    func encode(_ value: Int16) { sink.write(integer: value) }
    func encode(_ value: Int32) { sink.write(integer: value) }
    func encode(_ value: Int64) { sink.write(integer: value) }
    func encode(_ value: UInt) { sink.write(integer: value) }
    func encode(_ value: UInt8) { sink.write(integer: value) }
    func encode(_ value: UInt16) { sink.write(integer: value) }
    func encode(_ value: UInt32) { sink.write(integer: value) }
    func encode(_ value: UInt64) { sink.write(integer: value) }
    func encode<T: Encodable>(_ value: T) throws { try sink.encode(value) }
}
