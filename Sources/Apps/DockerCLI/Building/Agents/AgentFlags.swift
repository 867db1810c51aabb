internal import HostSystem
internal import Primitives

/// `--ssh default|ID[=SOCKET]`: agents that commands of a build may use.
enum AgentFlags {
    /// Sockets by what the Dockerfile calls them; of two with one name the last. Errors: what is no agent.
    static func sockets(_ words: [String], _ variable: (String) -> String?) throws -> [String: String] {
        var sockets: [String: String] = [:]
        for word in words where !word.isEmpty {
            let (name, value) = KeyValue.split(word)
            let id = name.isEmpty ? "default" : name
            sockets[id] = try socket(of: id, (value ?? "").split(separator: ",").map(String.init), variable)
        }
        return sockets
    }

    private static func socket(
        of id: String, _ paths: [String], _ variable: (String) -> String?
    ) throws -> String {
        let path = paths.first ?? variable("SSH_AUTH_SOCK") ?? ""
        guard !path.isEmpty else {
            throw CommandFailure("ERROR: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set")
        }
        for path in paths.isEmpty ? [path] : paths {
            guard let isFile = Connection.isFile(path) else {
                throw CommandFailure("ERROR: failed to stat \(path): no such file or directory")
            }
            // A key would have to be unlocked and used here: that is what agents are for.
            guard !isFile else {
                throw CommandFailure(
                    "ERROR: --ssh \(id)=\(path): a key as a file is not supported; add it to an agent with 'ssh-add \(path)'"
                )
            }
        }
        guard paths.count <= 1 else { throw CommandFailure("ERROR: only single socket allowed") }
        return path
    }
}
