internal import OrderedJSON
public import Primitives

/// What `RUN --mount=type=secret` may see, by id. In no description, no log, no cache key.
public struct BuildSecrets: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private var values: [String: [UInt8]] = [:]

    /// The header that carries them: base 64 of a JSON object, whose values are base 64 themselves.
    public static let headerName = "X-Build-Secrets"

    public init() {}

    public subscript(id: String) -> [UInt8]? {
        get { values[id] }
        set { values[id] = newValue }
    }

    public var isEmpty: Bool { values.isEmpty }
    public var description: String { values.isEmpty ? "no secrets" : "\(values.count) secrets" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads the header; none when there is no header. Errors: `badParameter`, which says nothing of what was in it.
    public init(header: String?) throws(EngineError) {
        guard let header, !header.isEmpty else { return }
        let unreadable = EngineError(.badParameter, "the header \(Self.headerName) can't be read")
        guard let bytes = Base64.decode(header), let object = (try? JSONValue(parsing: bytes))?.objectValue else {
            throw unreadable
        }
        for entry in object.entries {
            guard let text = entry.value.stringValue, let value = Base64.decode(text) else { throw unreadable }
            values[entry.key] = value
        }
    }

    /// The header's value.
    public var header: String {
        var object = JSONObject()
        for (id, value) in values.sorted(by: { $0.key < $1.key }) { object[id] = .string(Base64.encode(value)) }
        return Base64.encode(JSONValue.object(object).serialized(), forURL: true)
    }
}
