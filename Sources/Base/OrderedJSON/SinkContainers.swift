/// The members of the object that is container number `depth`.
struct SinkKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: JSONSink
    let depth: Int

    var codingPath: [any CodingKey] { [] }

    private func begin(_ key: Key) { sink.beginMember(key.stringValue, depth: depth) }

    private func integer(_ value: some FixedWidthInteger, _ key: Key) {
        begin(key)
        sink.write(integer: value)
    }

    func encodeNil(forKey key: Key) {
        begin(key)
        sink.writeNull()
    }

    func encode(_ value: Bool, forKey key: Key) {
        begin(key)
        sink.write(value)
    }

    func encode(_ value: String, forKey key: Key) {
        begin(key)
        sink.write(value)
    }

    func encode(_ value: Double, forKey key: Key) {
        begin(key)
        sink.write(value)
    }

    func encode(_ value: Float, forKey key: Key) {
        begin(key)
        sink.write(value)
    }

    func encode(_ value: Int, forKey key: Key) { integer(value, key) }
    func encode(_ value: Int8, forKey key: Key) { integer(value, key) }
    func encode(_ value: Int16, forKey key: Key) { integer(value, key) }
    func encode(_ value: Int32, forKey key: Key) { integer(value, key) }
    func encode(_ value: Int64, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt8, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt16, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt32, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt64, forKey key: Key) { integer(value, key) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        begin(key)
        try sink.encode(value)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        begin(key)
        sink.open(object: true)
        return KeyedEncodingContainer(SinkKeyedContainer<NestedKey>(sink: sink, depth: depth + 1))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        begin(key)
        sink.open(object: false)
        return SinkUnkeyedContainer(sink: sink, depth: depth + 1)
    }

    func superEncoder() -> any Encoder {
        sink.beginMember("super", depth: depth)
        return SinkEncoder(sink: sink, level: depth)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        begin(key)
        return SinkEncoder(sink: sink, level: depth)
    }
}

/// The elements of the array that is container number `depth`.
struct SinkUnkeyedContainer: UnkeyedEncodingContainer {
    let sink: JSONSink
    let depth: Int
    private(set) var count = 0

    init(sink: JSONSink, depth: Int) {
        self.sink = sink
        self.depth = depth
    }

    var codingPath: [any CodingKey] { [] }

    private mutating func begin() {
        sink.beginElement(depth: depth)
        count += 1
    }

    mutating func encodeNil() {
        begin()
        sink.writeNull()
    }

    mutating func encode<T: Encodable>(_ value: T) throws {
        begin()
        try sink.encode(value)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        begin()
        sink.open(object: true)
        return KeyedEncodingContainer(SinkKeyedContainer<NestedKey>(sink: sink, depth: depth + 1))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        begin()
        sink.open(object: false)
        return SinkUnkeyedContainer(sink: sink, depth: depth + 1)
    }

    mutating func superEncoder() -> any Encoder {
        begin()
        return SinkEncoder(sink: sink, level: depth)
    }
}
