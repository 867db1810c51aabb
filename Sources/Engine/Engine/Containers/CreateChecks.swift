internal import OrderedJSON
internal import APIModel
internal import LinuxSystem
internal import Primitives

extension Engine {
    /// What the engine can't do yet is refused by name rather than accepted and ignored.
    func checkUnsupported(_ request: ContainerCreateRequest) throws(EngineError) {
        let hostConfig = request.hostConfig
        func refuse(_ isUsed: Bool, _ what: String) throws(EngineError) {
            if isUsed { throw EngineError(.notImplemented, "\(what) not supported yet") }
        }
        try refuse(!(hostConfig.deviceRequests ?? []).isEmpty, "device requests (--gpus) are")
        try refuse(!["", "local"].contains(hostConfig.volumeDriver), "volume driver '\(hostConfig.volumeDriver)' is")
        try refuse(!["", "default"].contains(hostConfig.isolation), "isolation '\(hostConfig.isolation)' is")
        try refuse(!["", "runc", "martlet"].contains(hostConfig.runtime), "runtime '\(hostConfig.runtime)' is")
        try refuse(!["", "host"].contains(hostConfig.usernsMode), "user namespace mode '\(hostConfig.usernsMode)' is")
        try refuse(hostConfig.cpuRealtimePeriod != 0 || hostConfig.cpuRealtimeRuntime != 0, "real-time CPU limits are")
        let test = request.config.healthcheck.test
        try refuse(!test.isEmpty && test != ["NONE"], "health checks are")
        try checkLxc(hostConfig)
    }

    private func checkLxc(_ hostConfig: HostConfig) throws(EngineError) {
        switch hostConfig.lxcConf?.value {
        case .none, .null: return
        case .array(let list) where list.isEmpty: return
        case .object(let map) where map.isEmpty: return
        default: throw EngineError(.badParameter, "Cannot use --lxc-conf with execdriver: native-0.2")
        }
    }

    func checkPlain(_ config: ContainerConfig) throws(EngineError) {
        if !config.workingDir.isEmpty && !config.workingDir.hasPrefix("/") {
            throw EngineError(
                .badParameter,
                "the working directory '\(config.workingDir)' is invalid, it needs to be an absolute path")
        }
        if !config.stopSignal.isEmpty { _ = try Signal.parse(config.stopSignal) }
        for variable in config.env ?? [] where variable.isEmpty || variable.hasPrefix("=") || variable.contains("\0") {
            throw EngineError(.badParameter, "invalid environment variable: \(variable)")
        }
        for port in config.exposedPorts.keys where PortKey.parse(port) == nil {
            throw EngineError(.badParameter, "invalid port specification: \"\(port)\"")
        }
        for volume in (config.volumes ?? [:]).keys where !volume.hasPrefix("/") {
            throw EngineError(
                .badParameter,
                "invalid volume spec \"\(volume)\": invalid mount path: '\(volume)' mount path must be absolute")
        }
        if config.hostname.utf8.count > 63 || config.hostname.contains("\0") || config.hostname.contains("\n") {
            throw EngineError(.badParameter, "invalid hostname: \(config.hostname)")
        }
    }

    /// `--mount type=bind` wants its source to be there; `-v` makes it.
    func checkBindSources(_ mounts: [ContainerMount]) throws {
        for mount in mounts where mount.kind == .bind {
            if HostFile.exists(mount.source) { continue }
            if mount.options.contains("must-exist") {
                throw EngineError(
                    .badParameter,
                    "invalid mount config for type \"bind\": bind source path does not exist: \(mount.source)")
            }
            try HostDirectory.makeAll(mount.source, mode: 0o755)
        }
    }
}

/// `80/tcp` as a value.
struct PortKey: Hashable, Sendable {
    var port: UInt16
    var name: String

    static func parse(_ text: String) -> PortKey? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let port = UInt16(parts[0]), port > 0 else { return nil }
        let name = parts.count == 2 ? parts[1].lowercased() : "tcp"
        return ["tcp", "udp", "sctp"].contains(name) ? PortKey(port: port, name: name) : nil
    }

    var text: String { "\(port)/\(name)" }
}

/// What `--restart` may be combined with.
enum RestartRules {
    static func check(_ hostConfig: HostConfig) throws(EngineError) {
        let policy = hostConfig.restartPolicy
        switch policy.name {
        case "", "no", "always", "unless-stopped":
            if policy.maximumRetryCount != 0 && policy.name != "" && policy.name != "no" {
                throw EngineError(
                    .badParameter, "maximum retry count cannot be used with restart policy '\(policy.name)'")
            }
        case "on-failure":
            if policy.maximumRetryCount < 0 {
                throw EngineError(.badParameter, "maximum retry count cannot be negative")
            }
        default: throw EngineError(.badParameter, "invalid restart policy '\(policy.name)'")
        }
        if hostConfig.autoRemove && !["", "no"].contains(policy.name) {
            throw EngineError(.badParameter, "can't create 'AutoRemove' container with restart policy")
        }
    }
}

/// Log drivers and their options, as far as they are built.
enum LogSettings {
    private static let known: Set<String> = ["json-file", "none"]
    private static let later: Set<String> = [
        "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "gcplogs", "etwlogs", "local", "logentries",
    ]

    static func check(_ log: LogConfig) throws(EngineError) {
        guard known.contains(log.type) else {
            if later.contains(log.type) {
                throw EngineError(.notImplemented, "logging driver '\(log.type)' is not supported yet")
            }
            throw EngineError(.badParameter, "logger: no log driver named '\(log.type)' is registered")
        }
        if log.type == "none" && !log.config.isEmpty {
            throw EngineError(.badParameter, "invalid logging opts for driver none")
        }
        for key in log.config.keys.sorted() where key != "max-size" && key != "max-file" {
            throw EngineError(.badParameter, "unknown log opt '\(key)' for json-file log driver")
        }
        _ = try rotation(of: log)
    }

    /// `max-size` in bytes (nil: no limit) and `max-file`. Docker's size here is decimal-free: `k m g` are powers of 1024.
    static func rotation(of log: LogConfig) throws(EngineError) -> (maximumSize: Int64?, files: Int) {
        var size: Int64?
        if let text = log.config["max-size"], text != "-1" {
            guard let value = try? ByteCount(parsing: text).bytes, value > 0 else {
                throw EngineError(.badParameter, "invalid value for max-size: \(text)")
            }
            size = Int64(value)
        }
        guard let text = log.config["max-file"] else { return (size, 1) }
        guard let files = Int(text) else { throw EngineError(.badParameter, "invalid value for max-file: \(text)") }
        guard files >= 1 else { throw EngineError(.badParameter, "max-files cannot be less than 1") }
        if size == nil && files > 1 {
            throw EngineError(.badParameter, "max-file option requires max-size")
        }
        return (size, files)
    }
}

extension Engine {
    /// Ports that can't be published are told at create rather than at start.
    func checkPorts(_ config: ContainerConfig, _ hostConfig: HostConfig) throws(EngineError) {
        for (text, bindings) in hostConfig.portBindings ?? [:] {
            guard PortKey.parse(text) != nil else {
                throw EngineError(.badParameter, "invalid port specification: \"\(text)\"")
            }
            for binding in bindings ?? [] {
                _ = try PortRequests.range(binding.hostPort)
                guard HostAddress.isValid(binding.hostIP) else {
                    throw EngineError(.badParameter, "Invalid ip address: \(binding.hostIP)")
                }
            }
        }
    }
}

/// Addresses of the host as ports are published at: IPv4 in four numbers, IPv6 by its colons, or none.
enum HostAddress {
    static func isValid(_ text: String) -> Bool {
        if text.isEmpty { return true }
        if text.contains(":") { return text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
