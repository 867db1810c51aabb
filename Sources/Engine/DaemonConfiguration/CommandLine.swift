internal import OrderedJSON

extension DaemonCommand {
    /// Reads a command line (without the program's name) and the file it names; `readFile` gives a file's bytes, nil
    /// when it isn't there. A word `engine` or `-d` before the flags changes nothing.
    public static func parse(
        _ arguments: [String], readFile: (String) throws -> [UInt8]?
    ) throws(ConfigurationError) -> DaemonCommand {
        var line = FlagLine(arguments)
        try line.read()
        if line.wantsHelp { return .help(usage) }
        if line.wantsVersion { return .version }
        var configuration = DaemonConfiguration()
        if line.values.contains(where: { $0.option.long == "host" }) { configuration.hosts = [] }
        for (option, value) in line.values { try option.apply(&configuration, value) }
        try ConfigurationFile(path: line.file, isNamed: line.namesFile)
            .apply(to: &configuration, flags: line.values.map(\.option.long), readFile: readFile)
        try configuration.check()
        return .run(configuration)
    }

    static var usage: String {
        var text = "Usage: martletd [OPTIONS]\n\nThe Martlet engine.\n\nOptions:\n\n"
        for option in Option.all.filter({ !$0.help.isEmpty }).sorted(by: { $0.long < $1.long }) {
            let names = option.names.map { $0.count == 1 ? "-\($0)" : "--\($0)" }.joined(separator: ", ")
            let padding = String(repeating: " ", count: max(1, 26 - names.count))
            text += "  \(names)\(padding)\(option.help)\n"
        }
        return text + "      --config-file         Configuration file (/etc/docker/daemon.json)\n"
    }
}

/// Docker's flag grammar for a program that takes no other words.
private struct FlagLine {
    var values: [(option: Option, value: String)] = []
    var file = "/etc/docker/daemon.json"
    var namesFile = false
    var wantsHelp = false
    var wantsVersion = false
    private var words: ArraySlice<String>

    init(_ arguments: [String]) { words = arguments[...] }

    mutating func read() throws(ConfigurationError) {
        if words.first == "engine" || words.first == "daemon" { words.removeFirst() }
        while let word = words.popFirst() {
            guard word.hasPrefix("-"), word.count > 1 else {
                throw ConfigurationError("martletd: unexpected argument \"\(word)\"", exitCode: 1)
            }
            let body = word.drop { $0 == "-" }
            let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            try take(parts[0], given: parts.count > 1 ? parts[1] : nil, word)
        }
    }

    private mutating func take(_ name: String, given: String?, _ word: String) throws(ConfigurationError) {
        switch name {
        case "h", "help": wantsHelp = true
        case "v", "version": wantsVersion = true
        case "d", "daemon": break
        case "config-file":
            file = try value(given, word)
            namesFile = true
        default:
            guard let option = Option.all.first(where: { $0.names.contains(name) }) else {
                return try cluster(name, word)
            }
            values.append((option, option.kind == .flag ? given ?? "true" : try value(given, word)))
        }
    }

    /// `-dD`: letters, each a flag of its own.
    private mutating func cluster(_ name: String, _ word: String) throws(ConfigurationError) {
        let isCluster = !word.hasPrefix("--") && name.count > 1 && !word.contains("=")
        guard isCluster,
            name.allSatisfy({ letter in
                letter == "d" || Option.all.contains { $0.kind == .flag && $0.names.contains(String(letter)) }
            })
        else { throw ConfigurationError("flag provided but not defined: \(word)", exitCode: 2) }
        for letter in name { try take(String(letter), given: nil, word) }
    }

    private mutating func value(_ given: String?, _ word: String) throws(ConfigurationError) -> String {
        if let given { return Self.unquoted(given) }
        guard let next = words.popFirst() else {
            throw ConfigurationError("flag needs an argument: \(word)", exitCode: 2)
        }
        return next
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }
}

extension DaemonConfiguration {
    func check() throws(ConfigurationError) {
        if !bridge.isEmpty && bridge != "none" && !bip.isEmpty {
            throw ConfigurationError(
                "You specified -b & --bip, mutually exclusive options. Please specify only one.")
        }
        if !bridge.isEmpty && !bridgeName.isEmpty {
            throw ConfigurationError(
                "You specified -b & --bridge-name, mutually exclusive options. Please specify only one.")
        }
        if !managesFirewall && !allowsInterContainer {
            throw ConfigurationError(
                "You specified --iptables=false with --icc=false. ICC uses iptables to function. "
                    + "Please set --icc or --iptables to true.")
        }
        if clusterStore.isEmpty && !clusterAdvertise.isEmpty {
            throw ConfigurationError(
                "invalid cluster configuration. --cluster-advertise must be accompanied by --cluster-store configuration"
            )
        }
        if !clusterStore.isEmpty && clusterAdvertise.isEmpty {
            throw ConfigurationError(
                "invalid cluster configuration. --cluster-store must be accompanied by --cluster-advertise configuration"
            )
        }
        if clusterCertificate.isEmpty != clusterKey.isEmpty {
            throw ConfigurationError("--cluster-store-opt kv.certfile and kv.keyfile need each other")
        }
        if !clusterStore.isEmpty && bridge == "none" {
            throw ConfigurationError("--cluster-store needs networks, which --bridge=none switches off")
        }
        guard !hosts.isEmpty else { throw ConfigurationError("no hosts to listen on") }
    }
}
