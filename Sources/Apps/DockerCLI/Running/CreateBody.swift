internal import APIModel
internal import Flags
internal import HostSystem

/// The create request that a command line asks for.
struct CreateBody {
    let flags: FlagValues
    var config = ContainerConfig()
    var host = HostConfig()
    var networking: NetworkingConfig?

    /// Errors: values that are none, options that exclude each other (exit code 125, as they come before the container).
    init(_ flags: FlagValues) throws {
        self.flags = flags
        do {
            try setProcess()
            try setStreams()
            try setSecurity()
            try setResources()
            try setNetwork()
            try setPorts()
            try setVolumes()
            try setHealth()
            try checkConflicts()
        } catch {
            throw CommandFailure(Failure.text(error), exitCode: RunExitCode.daemon)
        }
    }

    var request: ContainerCreateRequest {
        var request = ContainerCreateRequest(config: config, hostConfig: host, networkingConfig: networking)
        request.publishService = flags.text("publish-service")
        return request
    }

    private mutating func setProcess() throws {
        guard flags.list("lxc-conf").isEmpty else {
            throw CommandFailure("Cannot use --lxc-conf with execdriver: native")
        }
        config.image = flags.arguments.first ?? ""
        let words = Array(flags.arguments.dropFirst())
        config.cmd = words.isEmpty ? nil : words
        if flags.isSet("entrypoint") { config.entrypoint = [flags.text("entrypoint")] }
        config.user = flags.text("user")
        config.workingDir = flags.text("workdir")
        guard config.workingDir.isEmpty || config.workingDir.hasPrefix("/") else {
            throw CommandFailure(
                "the working directory '\(config.workingDir)' is invalid, it needs to be an absolute path")
        }
        let environment = try EnvironmentFile.all(flags.list("env-file"), flags.list("env"))
        config.env = environment.isEmpty ? nil : environment
        config.labels = try labels()
        config.stopSignal = flags.text("stop-signal")
        if flags.isSet("stop-timeout") { config.stopTimeout = flags.integer("stop-timeout") }
        if flags.isSet("init") { host.initProcess = flags.bool("init") }
        host.restartPolicy = try restartPolicy()
        host.logConfig = logConfig()
        host.runtime = flags.text("runtime")
        host.isolation = flags.text("isolation")
        host.storageOpt = try KeyValue.map(flags.list("storage-opt"), of: "storage-opt")
        host.annotations = try KeyValue.map(flags.list("annotation"), of: "annotation")
        host.containerIDFile = flags.text("cidfile")
    }

    private func labels() throws -> [String: String]? {
        var labels: [String: String] = [:]
        for line in try EnvironmentFile.lines(of: flags.list("label-file")) + flags.list("label") {
            let (key, value) = KeyValue.split(line)
            labels[key] = value ?? ""
        }
        return labels.isEmpty ? nil : labels
    }

    private mutating func setStreams() throws {
        config.tty = flags.bool("tty")
        config.openStdin = flags.bool("interactive")
        let names = flags.list("attach").map { $0.lowercased() }
        guard names.allSatisfy({ ["stdin", "stdout", "stderr"].contains($0) }) else {
            throw CommandFailure("valid streams are STDIN, STDOUT and STDERR.")
        }
        config.attachStdin = names.isEmpty ? config.openStdin : names.contains("stdin")
        config.attachStdout = names.isEmpty || names.contains("stdout")
        config.attachStderr = names.isEmpty || names.contains("stderr")
        config.stdinOnce = config.openStdin && config.attachStdin
    }

    private func logConfig() -> LogConfig {
        var log = LogConfig()
        log.type = flags.text("log-driver")
        for option in flags.list("log-opt") {
            let (key, value) = KeyValue.split(option)
            log.config[key] = value ?? ""
        }
        return log
    }

    private func restartPolicy() throws -> RestartPolicy {
        var policy = RestartPolicy()
        let parts = flags.text("restart").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        policy.name = parts.first.map(String.init) ?? ""
        guard parts.count == 2 else { return policy }
        guard policy.name == "on-failure", let count = Int(parts[1]), count >= 0 else {
            throw CommandFailure("invalid restart policy format: \(flags.text("restart"))")
        }
        policy.maximumRetryCount = count
        return policy
    }

    /// 1.7's rules for those who share a network of somebody else's.
    private func checkConflicts() throws {
        let isContainer = host.networkMode.hasPrefix("container:")
        if (isContainer || host.networkMode == "host") && flags.isSet("link") {
            throw conflict(
                "--net=\(isContainer ? "container" : "host") can't be used with links. "
                    + "This would result in undefined behavior")
        }
        guard isContainer else { return }
        for flag in ["dns", "mac-address", "add-host"] where flags.isSet(flag) {
            throw conflict("--\(flag) and the network mode (--net)")
        }
    }

    private func conflict(_ text: String) -> CommandFailure { CommandFailure("Conflicting options: \(text)") }
}
