/// A large value that is copied by reference until somebody changes it: records are handed around at each request.
@propertyWrapper struct CopyOnWrite<Value: Codable & Sendable>: Codable, Sendable {
    /// One element: an array is shared until it is written to.
    private var storage: [Value]

    init(wrappedValue: Value) { storage = [wrappedValue] }

    var wrappedValue: Value {
        _read { yield storage[0] }
        _modify { yield &storage[0] }
    }

    init(from decoder: any Decoder) throws { storage = [try Value(from: decoder)] }

    func encode(to encoder: any Encoder) throws { try storage[0].encode(to: encoder) }
}
