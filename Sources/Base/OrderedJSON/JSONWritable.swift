/// An object that writes its members itself, for the few types that are encoded by the thousand: about four times as
/// fast as going through `Encodable`. `encode(to:)` has to give the same members; other encoders use that.
public protocol JSONWritable: Encodable {
    /// Writes the members in wire order.
    func write(to object: inout JSONObjectWriter) throws
}

/// The inside of an object that is being written. Names must not need escapes.
public struct JSONObjectWriter {
    private let sink: JSONSink
    private let depth: Int

    init(sink: JSONSink, depth: Int) {
        self.sink = sink
        self.depth = depth
    }

    public mutating func field(_ name: StaticString, _ value: String) {
        sink.beginMember(name, depth: depth)
        sink.write(value)
    }

    public mutating func field(_ name: StaticString, _ value: Int64) {
        sink.beginMember(name, depth: depth)
        sink.write(integer: value)
    }

    public mutating func field(_ name: StaticString, _ value: Int) { field(name, Int64(value)) }

    public mutating func field(_ name: StaticString, _ value: Bool) {
        sink.beginMember(name, depth: depth)
        sink.write(value)
    }

    public mutating func null(_ name: StaticString) {
        sink.beginMember(name, depth: depth)
        sink.writeNull()
    }

    /// Strings, string maps, other writable objects, anything encodable.
    public mutating func field<T: Encodable>(_ name: StaticString, _ value: T) throws {
        sink.beginMember(name, depth: depth)
        try sink.encode(value)
    }

    public mutating func object(_ name: StaticString, _ body: (inout JSONObjectWriter) throws -> Void) throws {
        sink.beginMember(name, depth: depth)
        try sink.writeObject(body)
    }

    /// A map whose keys are written in the given order.
    public mutating func map<Value>(
        _ name: StaticString, _ entries: some Sequence<(String, Value)>,
        _ body: (inout JSONObjectWriter, Value) throws -> Void
    ) throws {
        sink.beginMember(name, depth: depth)
        try sink.writeObject { object in
            for (key, value) in entries {
                object.sink.beginMember(key, depth: object.depth)
                try object.sink.writeObject { try body(&$0, value) }
            }
        }
    }

    public mutating func array<Element>(
        _ name: StaticString, _ elements: some Sequence<Element>,
        _ body: (inout JSONObjectWriter, Element) throws -> Void
    ) throws {
        sink.beginMember(name, depth: depth)
        sink.open(object: false)
        for element in elements {
            sink.beginElement(depth: depth + 1)
            try sink.writeObject { try body(&$0, element) }
        }
        sink.close(to: depth)
    }
}

extension JSONSink {
    func write(object value: any JSONWritable) throws {
        try writeObject { try value.write(to: &$0) }
    }

    func writeObject(_ body: (inout JSONObjectWriter) throws -> Void) throws {
        open(object: true)
        let inner = depth
        var writer = JSONObjectWriter(sink: self, depth: inner)
        try body(&writer)
        close(to: inner - 1)
    }
}
