internal import EngineClient
internal import OrderedJSON

/// The part of a path after the question mark.
struct Query {
    private var parts: [String] = []

    /// Adds; nil adds nothing.
    subscript(name: String) -> String? {
        get { nil }
        set { if let newValue { parts.append("\(name)=\(EngineClient.escape(newValue))") } }
    }

    mutating func set(_ name: String, if condition: Bool) {
        if condition { parts.append("\(name)=1") }
    }

    /// `key=value` words as today's filters object. Errors: a word without `=`.
    mutating func filters(_ words: [String]) throws {
        var all = JSONObject()
        for word in words where !word.isEmpty {
            let (name, given) = KeyValue.split(word)
            guard let given else { throw CommandFailure("bad format of filter (expected name=value)") }
            let (key, value) = (KeyValue.trim(name).lowercased(), KeyValue.trim(given))
            var values = all[key]?.objectValue ?? JSONObject()
            values[value] = .bool(true)
            all[key] = .object(values)
        }
        if !all.isEmpty { self["filters"] = JSONValue.object(all).text() }
    }

    var text: String { parts.isEmpty ? "" : "?" + parts.joined(separator: "&") }
}
