/// One setting: how it is called on the command line and in the file, and what it does.
struct Option: Sendable {
    enum Kind: Sendable { case flag, text, list }

    /// Without dashes, the first being the one that messages use.
    var names: [String]
    var kind: Kind
    var help: String
    /// The key in the configuration file; nil for what only flags can say.
    var key: String?
    /// Takes a value; for `list` each of them in turn.
    var apply: @Sendable (inout DaemonConfiguration, String) throws(ConfigurationError) -> Void

    var long: String { names.first { $0.count > 1 } ?? names[0] }

    init(
        _ names: String..., kind: Kind = .text, key: String? = "", help: String,
        _ apply: @escaping @Sendable (inout DaemonConfiguration, String) throws(ConfigurationError) -> Void
    ) {
        self.names = names
        self.kind = kind
        self.help = help
        self.apply = apply
        self.key = key == "" ? names.first { $0.count > 1 } : key
    }

    /// A setting that Docker has and this engine does not: only the value that changes nothing is taken.
    static func refused(_ names: String..., kind: Kind = .text, neutral: [String] = []) -> Option {
        let name = names.first { $0.count > 1 } ?? names[0]
        var option = Option(names[0], kind: kind, help: "") { (_, value) throws(ConfigurationError) in
            guard neutral.contains(value) else {
                throw ConfigurationError("--\(name)=\(value) is not supported yet")
            }
        }
        option.names = names
        option.key = name
        return option
    }

    static func truth(_ text: String, _ name: String) throws(ConfigurationError) -> Bool {
        switch text {
        case "1", "t", "T", "TRUE", "true", "True": return true
        case "0", "f", "F", "FALSE", "false", "False": return false
        default: throw ConfigurationError("invalid boolean value \"\(text)\" for  -\(name)", exitCode: 2)
        }
    }

    static func switched(
        _ names: String..., key: String? = "", help: String,
        _ path: any WritableKeyPath<DaemonConfiguration, Bool> & Sendable
    ) -> Option {
        let name = names.first { $0.count > 1 } ?? names[0]
        var option = Option(name, kind: .flag, key: key, help: help) {
            (configuration, value) throws(ConfigurationError) in
            configuration[keyPath: path] = try truth(value, name)
        }
        option.names = names
        return option
    }

    static func text(
        _ names: String..., key: String? = "", help: String,
        _ path: any WritableKeyPath<DaemonConfiguration, String> & Sendable
    ) -> Option {
        let name = names.first { $0.count > 1 } ?? names[0]
        var option = Option(name, key: key, help: help) { (configuration, value) in configuration[keyPath: path] = value
        }
        option.names = names
        return option
    }

    static func list(
        _ names: String..., key: String? = "", help: String,
        _ path: any WritableKeyPath<DaemonConfiguration, [String]> & Sendable
    ) -> Option {
        let name = names.first { $0.count > 1 } ?? names[0]
        var option = Option(name, kind: .list, key: key, help: help) { (configuration, value) in
            configuration[keyPath: path].append(value)
        }
        option.names = names
        return option
    }
}
