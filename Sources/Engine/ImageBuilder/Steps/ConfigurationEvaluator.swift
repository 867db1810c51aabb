public import APIModel
public import Dockerfile
public import Primitives

/// Carries out the instructions that change nothing but an image's configuration.
public struct ConfigurationEvaluator: Sendable {
    public internal(set) var config: ContainerConfig
    /// What variables stand for: the configuration's, and those that a build adds.
    public var variables: VariableScope
    private let expander: WordExpander
    /// Places of the configuration's variables, by name; of two with one name the first.
    private var places: [String: Int] = [:]
    /// CMD has been said here, so an ENTRYPOINT leaves it alone.
    private var hasCommand = false
    /// The last EXPOSE wrote an address or a port of the host, which an image has no place for.
    private(set) var saysHostPort = false

    public init(_ config: ContainerConfig, escape: UInt8 = UInt8(ascii: "\\")) {
        self.config = config
        variables = VariableScope(environment: config.env ?? [])
        expander = WordExpander(escape: escape)
        for (place, entry) in (config.env ?? []).enumerated() {
            let name = entry.prefix { $0 != "=" }
            if places[String(name)] == nil { places[String(name)] = place }
        }
    }

    /// Whether the configuration sets a variable.
    func hasVariable(_ name: String) -> Bool { places[name] != nil }

    /// Returns what is said of the instruction in an image's history, with its variables expanded. Errors: `badParameter`
    /// for values that are none, with the words of builds; `internal` for an instruction that does more than change a
    /// configuration.
    @discardableResult
    public mutating func apply(_ instruction: Instruction) throws(EngineError) -> String {
        do {
            let argument = try perform(instruction.statement, instruction.name)
            return instruction.name + " " + argument
        } catch {
            throw error.engineError
        }
    }

    private mutating func perform(_ statement: Statement, _ name: String) throws(DockerfileError) -> String {
        switch statement {
        case .cmd(let command):
            let words = words(of: command)
            config.cmd = words
            hasCommand = hasCommand || !words.isEmpty
            return GoText.quoted(words)
        case .entrypoint(let command):
            config.entrypoint = words(of: command)
            if !hasCommand { config.cmd = nil }
            return GoText.quoted(config.entrypoint ?? [])
        case .env(let pairs):
            let pairs = try expanded(pairs)
            for pair in pairs { set(pair.key, pair.value) }
            return Self.text(pairs)
        case .label(let pairs):
            let pairs = try expanded(pairs)
            add(labels: pairs)
            return Self.text(pairs)
        case .expose(let words): return try expose(words)
        case .onbuild(let trigger):
            config.onBuild = (config.onBuild ?? []) + [trigger]
            return trigger
        default: return try performOther(statement, name)
        }
    }

    private mutating func performOther(_ statement: Statement, _ name: String) throws(DockerfileError) -> String {
        switch statement {
        case .user(let user):
            config.user = try expand(user)
            return config.user
        case .volume(let paths):
            let paths = try paths.map { path throws(DockerfileError) in try expand(path) }
            for path in paths { try addVolume(path) }
            return GoText.list(paths)
        case .workdir(let path):
            config.workingDir = SlashPath.joined(config.workingDir, try expand(path))
            return config.workingDir
        case .stopSignal(let signal):
            try setStopSignal(signal)
            return config.stopSignal
        case .healthcheck(let check):
            config.healthcheck = HealthcheckConfig(check)
            return GoText.healthcheck(config.healthcheck)
        case .shell(let words):
            config.shell = words
            return GoText.list(words)
        default: throw DockerfileError("\(name.lowercased()) is not a valid change command")
        }
    }

    public func expand(_ word: String) throws(DockerfileError) -> String {
        try expander.expand(word) { variables[$0] }.text
    }

    /// All of them see the variables from before the instruction.
    private func expanded(_ pairs: [KeyValuePair]) throws(DockerfileError) -> [KeyValuePair] {
        try pairs.map { pair throws(DockerfileError) in
            KeyValuePair(try expand(pair.key), try expand(pair.value))
        }
    }

    private static func text(_ pairs: [KeyValuePair]) -> String {
        pairs.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    /// As they are, without variables.
    public mutating func add(labels: [KeyValuePair]) {
        if config.labels == nil { config.labels = [:] }
        for label in labels { config.labels?[label.key] = label.value }
    }

    /// The shell's form has the configured shell in front, or `/bin/sh -c`.
    public func words(of command: CommandLine) -> [String] {
        command.isShell ? shell + command.words : command.words
    }

    /// What stands in front of a command in the shell's form.
    public var shell: [String] { config.shell.isEmpty ? ["/bin/sh", "-c"] : config.shell }

    /// A variable that is there keeps its place.
    private mutating func set(_ name: String, _ value: String) {
        variables[name] = value
        let entry = name + "=" + value
        if config.env == nil { config.env = [] }
        if let place = places[name] {
            config.env?[place] = entry
        } else {
            places[name] = config.env?.count
            config.env?.append(entry)
        }
    }

    private mutating func expose(_ words: [String]) throws(DockerfileError) -> String {
        var expanded: [String] = []
        for word in words { expanded += try expander.expand(word, { variables[$0] }).words }
        saysHostPort = false
        for text in expanded {
            let port = try ExposedPort(parsing: text)
            for key in port.keys { config.exposedPorts[key] = EmptyObject() }
            saysHostPort = saysHostPort || port.hasHostPart
        }
        return expanded.joined(separator: " ")
    }

    private mutating func addVolume(_ path: String) throws(DockerfileError) {
        guard !path.isEmpty else { throw DockerfileError("VOLUME specified can not be an empty string") }
        config.volumes = (config.volumes ?? [:]).merging([path: EmptyObject()]) { $1 }
    }

    private mutating func setStopSignal(_ text: String) throws(DockerfileError) {
        let signal = try expand(text)
        do { _ = try Signal.parse(signal) } catch { throw DockerfileError(error.message) }
        config.stopSignal = signal
    }
}

extension HealthcheckConfig {
    init(_ check: Healthcheck) {
        self.init()
        test = check.test
        (interval, timeout, retries) = (check.interval, check.timeout, check.retries)
        (startPeriod, startInterval) = (check.startPeriod, check.startInterval)
    }
}
