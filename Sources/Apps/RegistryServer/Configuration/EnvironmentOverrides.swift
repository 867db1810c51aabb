internal import OrderedJSON
internal import YAMLReader

extension RegistryConfiguration {
    private static let prefix = "REGISTRY_"
    /// Not parts of the configuration.
    private static let others: Set<String> = ["REGISTRY_CONFIGURATION_PATH"]

    /// Puts `REGISTRY_A_B=value` in place of `a.b`; values are YAML. Shorter names first, so that `REGISTRY_STORAGE`
    /// doesn't undo what `REGISTRY_STORAGE_DELETE_ENABLED` says. The version can't be set so, as in distribution.
    static func override(_ tree: inout JSONValue, _ environment: [String: String]) throws(JSONError) {
        let named = environment.filter { $0.key.hasPrefix(prefix) && !others.contains($0.key) }
        for (name, text) in named.sorted(by: { ($0.key.utf8.count, $0.key) < ($1.key.utf8.count, $1.key) }) {
            let path = name.dropFirst(prefix.count).lowercased().split(separator: "_").map(String.init)
            guard !path.isEmpty, path != ["version"] else { continue }
            set(try YAMLReader.read(text), at: path[...], in: &tree)
        }
    }

    private static func set(_ value: JSONValue, at path: ArraySlice<String>, in tree: inout JSONValue) {
        guard let first = path.first else {
            tree = value
            return
        }
        if case .array(var elements) = tree, let index = Int(first), elements.indices.contains(index) {
            set(value, at: path.dropFirst(), in: &elements[index])
            tree = .array(elements)
            return
        }
        // `storage: inmemory` names a driver without parameters.
        var object = tree.objectValue ?? tree.stringValue.map { JSONObject([($0, JSONValue.null)]) } ?? [:]
        let key = object.keys.first { $0.lowercased() == first } ?? first
        var member = object[key] ?? .null
        set(value, at: path.dropFirst(), in: &member)
        object[key] = member
        tree = .object(object)
    }
}
