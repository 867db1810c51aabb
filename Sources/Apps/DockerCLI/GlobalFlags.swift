internal import ClientProfile
internal import EngineClient
internal import Flags
internal import TLSTunnel

/// The flags before the command.
enum GlobalFlags {
    static let all: [Flag] = [
        Flag("config", kind: .text, default: "~/.docker", help: "Location of client config files"),
        Flag("d", "daemon", help: "Enable daemon mode"),
        Flag("D", "debug", help: "Enable debug mode"),
        Flag("H", "host", kind: .list, help: "Daemon socket(s) to connect to"),
        Flag("h", "help", help: "Print usage"),
        Flag("l", "log-level", kind: .text, default: "info", help: "Set the logging level"),
        Flag("tls", help: "Use TLS; implied by --tlsverify"),
        Flag("tlscacert", kind: .text, default: "~/.docker/ca.pem", help: "Trust certs signed only by this CA"),
        Flag("tlscert", kind: .text, default: "~/.docker/cert.pem", help: "Path to TLS certificate file"),
        Flag("tlskey", kind: .text, default: "~/.docker/key.pem", help: "Path to TLS key file"),
        Flag("tlsverify", help: "Use TLS and verify the remote"),
        Flag("v", "version", help: "Print version information and quit"),
    ]

    static let defaultHost = "unix:///var/run/docker.sock"

    /// The engine that flags and environment name. Errors: more than one, TLS, an address that is none.
    static func client(
        _ flags: FlagValues, _ profile: Profile, _ variable: (String) -> String?
    ) throws -> EngineClient {
        let level = flags.text("log-level")
        guard ["debug", "info", "warn", "error", "fatal", "panic"].contains(level) else {
            throw CommandFailure("Unable to parse logging level: \(level)")
        }
        let hosts = flags.list("host")
        guard hosts.count <= 1 else { throw CommandFailure("Please specify only one -H") }
        let host = hosts.first ?? variable("DOCKER_HOST") ?? ""
        return EngineClient(
            try EngineClient.Address(host.isEmpty ? defaultHost : host), identity: identity(flags, variable),
            headers: profile.headers)
    }

    /// What the user's folder says.
    static func profile(_ flags: FlagValues, _ variable: (String) -> String?) -> Profile {
        Profile(folder: folder(flags, variable), home: variable("HOME") ?? "/")
    }

    private static func folder(_ flags: FlagValues, _ variable: (String) -> String?) -> String {
        if flags.isSet("config") { return flags.text("config") }
        let chosen = variable("DOCKER_CONFIG") ?? ""
        return chosen.isEmpty ? (variable("HOME") ?? "/") + "/.docker" : chosen
    }

    /// Naming `--tlsverify` turns TLS on, even with `=false`; so does the variable with any value.
    private static func identity(_ flags: FlagValues, _ variable: (String) -> String?) -> TLSIdentity? {
        let byVariable = variable("DOCKER_TLS_VERIFY")?.isEmpty == false
        guard flags.bool("tls") || flags.isSet("tlsverify") || byVariable else { return nil }
        let chosen = variable("DOCKER_CERT_PATH") ?? ""
        let folder = chosen.isEmpty ? folder(flags, variable) : chosen
        func file(_ flag: String, _ name: String) -> String {
            flags.isSet(flag) ? flags.text(flag) : "\(folder)/\(name)"
        }
        return TLSIdentity(
            authority: file("tlscacert", "ca.pem"), certificate: file("tlscert", "cert.pem"),
            key: file("tlskey", "key.pem"), verifies: flags.isSet("tlsverify") ? flags.bool("tlsverify") : byVariable)
    }
}
