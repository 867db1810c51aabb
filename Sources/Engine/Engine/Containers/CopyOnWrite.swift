/// A large value that is copied by reference until somebody changes it: records are handed around at each request.
@propertyWrapper struct CopyOnWrite<Value: Codable & Sendable>: Codable, Sendable {
    /// Written only while there is one reference to it.
    private final class Storage: @unchecked Sendable {
        var value: Value
        init(_ value: Value) { self.value = value }
    }

    private var storage: Storage

    init(wrappedValue: Value) { storage = Storage(wrappedValue) }

    var wrappedValue: Value {
        _read { yield storage.value }
        _modify {
            if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.value) }
            yield &storage.value
        }
    }

    init(from decoder: any Decoder) throws { storage = Storage(try Value(from: decoder)) }

    func encode(to encoder: any Encoder) throws { try storage.value.encode(to: encoder) }
}
