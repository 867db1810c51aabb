internal import OrderedJSON

/// `daemon.json`: the same settings by their long names.
struct ConfigurationFile {
    let path: String
    /// Named on the command line: then it has to be there.
    let isNamed: Bool

    func apply(
        to configuration: inout DaemonConfiguration, flags: [String], readFile: (String) throws -> [UInt8]?
    ) throws(ConfigurationError) {
        guard let bytes = try read(readFile) else { return }
        let object: JSONObject
        do {
            guard case .object(let parsed) = try JSONValue(parsing: bytes) else {
                throw ConfigurationError("not an object")
            }
            object = parsed
        } catch {
            throw ConfigurationError("unable to configure the Docker daemon with file \(path): \(error)")
        }
        try checkNames(object, flags)
        var isFirstHost = true
        for (key, value) in object.entries {
            guard let option = Option.all.first(where: { $0.key == key }) else { continue }
            if key == "hosts" && isFirstHost {
                configuration.hosts = []
                isFirstHost = false
            }
            for text in try texts(value, key) { try option.apply(&configuration, text) }
        }
    }

    private func read(_ readFile: (String) throws -> [UInt8]?) throws(ConfigurationError) -> [UInt8]? {
        do {
            if let bytes = try readFile(path) { return bytes }
        } catch {
            throw ConfigurationError("unable to configure the Docker daemon with file \(path): \(error)")
        }
        guard !isNamed else {
            throw ConfigurationError(
                "unable to configure the Docker daemon with file \(path): no such file or directory")
        }
        return nil
    }

    private func checkNames(_ object: JSONObject, _ flags: [String]) throws(ConfigurationError) {
        let known = Set(Option.all.compactMap(\.key))
        let unknown = object.entries.map { $0.key }.filter { !known.contains($0) }
        guard unknown.isEmpty else {
            throw ConfigurationError(
                "unable to configure the Docker daemon with file \(path): the following directives don't match any "
                    + "configuration option: \(unknown.joined(separator: ", "))")
        }
        let both = object.entries.map { $0.key }.filter { key in
            Option.all.contains { $0.key == key && flags.contains($0.long) }
        }
        guard both.isEmpty else {
            throw ConfigurationError(
                "unable to configure the Docker daemon with file \(path): the following directives are specified both as "
                    + "a flag and in the configuration file: \(both.joined(separator: ", "))")
        }
    }

    /// A setting's value as the texts that a command line would have.
    private func texts(_ value: JSONValue, _ key: String) throws(ConfigurationError) -> [String] {
        switch value {
        case .string(let text): return [text]
        case .bool(let truth): return [truth ? "true" : "false"]
        case .integer(let number): return ["\(number)"]
        case .array(let items): return items.compactMap(\.stringValue)
        case .object(let map) where key == "default-ulimits":
            return map.entries.map { name, limit in
                "\(name)=\(limit["Soft"]?.integerValue ?? -1):\(limit["Hard"]?.integerValue ?? -1)"
            }
        case .object(let map): return map.entries.map { "\($0.key)=\($0.value.stringValue ?? "")" }
        default:
            throw ConfigurationError("unable to configure the Docker daemon with file \(path): bad value for \(key)")
        }
    }
}
