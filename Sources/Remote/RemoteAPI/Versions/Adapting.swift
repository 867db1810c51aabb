internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// Turns today's shape of an object into the shape a caller's version had.
typealias Adapter = @Sendable (inout JSONObject, Call) -> Void

extension Call {
    /// Encodes `value`; callers of older versions get it through `adapter`, lists element by element.
    func json(_ value: some Encodable, adaptedBy adapter: Adapter) throws(EngineError) -> Response {
        guard version < .current else { return try json(value) }
        let adapted = try tree(value).adapted { adapter(&$0, self) }
        return try json(adapted)
    }
}

extension JSONValue {
    fileprivate func adapted(_ change: (inout JSONObject) -> Void) -> JSONValue {
        switch self {
        case .object(var object):
            change(&object)
            return .object(object)
        case .array(let elements): return .array(elements.map { $0.adapted(change) })
        default: return self
        }
    }

    /// Without `sha256:`, as ids were below 1.22.
    var bareID: JSONValue {
        guard let text = stringValue, text.hasPrefix("sha256:") else { return self }
        return .string(String(text.dropFirst(7)))
    }
}

extension JSONObject {
    /// Changes a member that is an object, if it is one.
    mutating func change(_ key: String, _ body: (inout JSONObject) -> Void) {
        guard var inner = self[key]?.objectValue else { return }
        body(&inner)
        self[key] = .object(inner)
    }

    /// Changes every member that is an object.
    mutating func changeEach(_ body: (String, inout JSONObject) -> Void) {
        for key in keys { change(key) { body(key, &$0) } }
    }

    /// Adds a member at the end unless it is there.
    mutating func fill(_ key: String, _ value: JSONValue) {
        if self[key] == nil { self[key] = value }
    }

    mutating func remove(_ keys: String...) {
        for key in keys { self[key] = nil }
    }
}
