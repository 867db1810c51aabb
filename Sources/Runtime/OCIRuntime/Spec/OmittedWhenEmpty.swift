/// A type whose empty value the specification's JSON leaves out (Go's `omitempty`).
public protocol EmptyByDefault: Codable, Hashable {
    static var emptyDefault: Self { get }
}

extension Array: EmptyByDefault where Element: Codable & Hashable {
    public static var emptyDefault: [Element] { [] }
}

extension Dictionary: EmptyByDefault where Key: Codable, Value: Codable & Hashable {
    public static var emptyDefault: [Key: Value] { [:] }
}

extension Bool: EmptyByDefault {
    public static var emptyDefault: Bool { false }
}

extension String: EmptyByDefault {
    public static var emptyDefault: String { "" }
}

/// A field that is missing, null or empty in the JSON when it has its empty value here: callers need no optionals.
@propertyWrapper
public struct OmittedWhenEmpty<Value: EmptyByDefault>: Codable, Hashable {
    public var wrappedValue: Value

    public init(wrappedValue: Value = .emptyDefault) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? .emptyDefault : try container.decode(Value.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

// The synthesized Codable of the specification's structures picks these overloads up.
extension KeyedDecodingContainer {
    public func decode<Value>(
        _ type: OmittedWhenEmpty<Value>.Type, forKey key: Key
    ) throws -> OmittedWhenEmpty<Value> {
        OmittedWhenEmpty(wrappedValue: try decodeIfPresent(Value.self, forKey: key) ?? .emptyDefault)
    }
}

extension KeyedEncodingContainer {
    public mutating func encode<Value>(_ value: OmittedWhenEmpty<Value>, forKey key: Key) throws {
        if value.wrappedValue != .emptyDefault { try encode(value.wrappedValue, forKey: key) }
    }
}

extension OmittedWhenEmpty: Sendable where Value: Sendable {}
