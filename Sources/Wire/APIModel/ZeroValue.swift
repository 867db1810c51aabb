/// A type with Go's zero value, which is what a missing or `null` key means in Docker's JSON.
public protocol ZeroValue {
    init()
    var isZero: Bool { get }
}

extension ZeroValue where Self: Equatable {
    public var isZero: Bool { self == Self() }
}

extension Bool: ZeroValue {}
extension Int: ZeroValue {}
extension Int64: ZeroValue {}
extension UInt64: ZeroValue {}
extension UInt16: ZeroValue {}
extension UInt32: ZeroValue {}
extension Double: ZeroValue {}
extension String: ZeroValue {}
extension Array: ZeroValue {
    public var isZero: Bool { isEmpty }
}
extension Dictionary: ZeroValue {
    public var isZero: Bool { isEmpty }
}

/// A field that is always sent; missing or `null` on the way in is the zero value.
@propertyWrapper
public struct Zero<Value: ZeroValue> {
    public var wrappedValue: Value
    public init(wrappedValue: Value = Value()) { self.wrappedValue = wrappedValue }
}

/// A field sent as `null` when there is none, as Go sends nil slices, maps and pointers.
@propertyWrapper
public struct Nullable<Value> {
    public var wrappedValue: Value?
    public init(wrappedValue: Value? = nil) { self.wrappedValue = wrappedValue }
}

/// A field left out when it has its zero value, as Go's `omitempty`.
@propertyWrapper
public struct OmitZero<Value: ZeroValue> {
    public var wrappedValue: Value
    public init(wrappedValue: Value = Value()) { self.wrappedValue = wrappedValue }
}

extension Zero: Sendable where Value: Sendable {}
extension Nullable: Sendable where Value: Sendable {}
extension OmitZero: Sendable where Value: Sendable {}
extension Zero: Equatable where Value: Equatable {}
extension Nullable: Equatable where Value: Equatable {}
extension OmitZero: Equatable where Value: Equatable {}

extension Zero: Codable where Value: Codable {
    public init(from decoder: any Decoder) throws { wrappedValue = try Value(from: decoder) }
    public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

extension Nullable: Codable where Value: Codable {
    public init(from decoder: any Decoder) throws { wrappedValue = try Value?(from: decoder) }
    public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

extension OmitZero: Codable where Value: Codable {
    public init(from decoder: any Decoder) throws { wrappedValue = try Value(from: decoder) }
    public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

// Synthesised `Codable` picks these overloads by the wrapper's static type.
extension KeyedDecodingContainer {
    public func decode<Value: Codable>(_ type: Zero<Value>.Type, forKey key: Key) throws -> Zero<Value> {
        Zero(wrappedValue: try decodeIfPresent(Value.self, forKey: key) ?? Value())
    }

    public func decode<Value: Codable>(_ type: Nullable<Value>.Type, forKey key: Key) throws -> Nullable<Value> {
        Nullable(wrappedValue: try decodeIfPresent(Value.self, forKey: key))
    }

    public func decode<Value: Codable>(_ type: OmitZero<Value>.Type, forKey key: Key) throws -> OmitZero<Value> {
        OmitZero(wrappedValue: try decodeIfPresent(Value.self, forKey: key) ?? Value())
    }
}

extension KeyedEncodingContainer {
    public mutating func encode<Value: Codable>(_ value: Zero<Value>, forKey key: Key) throws {
        try encode(value.wrappedValue, forKey: key)
    }

    public mutating func encode<Value: Codable>(_ value: Nullable<Value>, forKey key: Key) throws {
        if let wrapped = value.wrappedValue { try encode(wrapped, forKey: key) } else { try encodeNil(forKey: key) }
    }

    public mutating func encode<Value: Codable>(_ value: OmitZero<Value>, forKey key: Key) throws {
        if !value.wrappedValue.isZero { try encode(value.wrappedValue, forKey: key) }
    }
}

/// Go's `struct{}`: the value of set-like maps such as `ExposedPorts`.
public struct EmptyObject: Codable, Sendable, Hashable, ZeroValue {
    public init() {}
}
