public import APIModel
public import Dockerfile
public import Primitives

/// Carries out the instructions that change nothing but an image's configuration.
public struct ConfigurationEvaluator: Sendable {
    public private(set) var config: ContainerConfig
    /// What variables stand for: the configuration's, and those that a build adds.
    public var variables: VariableScope
    private let expander: WordExpander
    /// CMD has been said here, so an ENTRYPOINT leaves it alone.
    private var hasCommand = false

    public init(_ config: ContainerConfig, escape: UInt8 = UInt8(ascii: "\\")) {
        self.config = config
        variables = VariableScope(environment: config.env ?? [])
        expander = WordExpander(escape: escape)
    }

    /// Errors: `badParameter` for values that are none, with the words of builds; `internal` for an instruction that does
    /// more than change a configuration.
    public mutating func apply(_ instruction: Instruction) throws(EngineError) {
        do { try perform(instruction.statement, instruction.name) } catch { throw error.engineError }
    }

    private mutating func perform(_ statement: Statement, _ name: String) throws(DockerfileError) {
        switch statement {
        case .cmd(let command):
            config.cmd = words(of: command)
            hasCommand = true
        case .entrypoint(let command):
            config.entrypoint = words(of: command)
            if !hasCommand { config.cmd = nil }
        case .env(let pairs): for pair in try expanded(pairs) { set(pair.key, pair.value) }
        case .label(let pairs):
            let labels = try expanded(pairs).map { ($0.key, $0.value) }
            config.labels = (config.labels ?? [:]).merging(labels) { $1 }
        case .expose(let words): for word in words { try expose(word) }
        case .onbuild(let trigger): config.onBuild = (config.onBuild ?? []) + [trigger]
        case .user(let user): config.user = try expand(user)
        case .volume(let paths): for path in paths { try addVolume(path) }
        case .workdir(let path): config.workingDir = SlashPath.joined(config.workingDir, try expand(path))
        case .stopSignal(let signal): try setStopSignal(signal)
        case .healthcheck(let check): config.healthcheck = HealthcheckConfig(check)
        case .shell(let words): config.shell = words
        case .maintainer, .run, .add, .copy, .from, .arg:
            throw DockerfileError("\(name.lowercased()) is not a valid change command")
        }
    }

    private func expand(_ word: String) throws(DockerfileError) -> String {
        try expander.expand(word) { variables[$0] }.text
    }

    /// All of them see the variables from before the instruction.
    private func expanded(_ pairs: [KeyValuePair]) throws(DockerfileError) -> [KeyValuePair] {
        try pairs.map { pair throws(DockerfileError) in
            KeyValuePair(try expand(pair.key), try expand(pair.value))
        }
    }

    /// The shell's form has the configured shell in front, or `/bin/sh -c`.
    private func words(of command: CommandLine) -> [String] {
        guard command.isShell else { return command.words }
        return (config.shell.isEmpty ? ["/bin/sh", "-c"] : config.shell) + command.words
    }

    /// A variable that is there keeps its place.
    private mutating func set(_ name: String, _ value: String) {
        variables[name] = value
        var environment = config.env ?? []
        let entry = name + "=" + value
        if let index = environment.firstIndex(where: { $0.hasPrefix(name + "=") || $0 == name }) {
            environment[index] = entry
        } else {
            environment.append(entry)
        }
        config.env = environment
    }

    private mutating func expose(_ word: String) throws(DockerfileError) {
        for text in try expander.expand(word, { variables[$0] }).words {
            for key in try ExposedPort(parsing: text).keys { config.exposedPorts[key] = EmptyObject() }
        }
    }

    private mutating func addVolume(_ path: String) throws(DockerfileError) {
        let path = try expand(path)
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
