internal import HostSystem

/// `docker -d …`, `docker daemon …`: the engine is a program of its own, next to this one.
enum DaemonMode {
    /// Flags of 1.6's daemon that take the next word.
    private static let takingValues: Set<String> = [
        "-H", "--host", "-l", "--log-level", "-g", "--graph", "-p", "--pidfile", "-s", "--storage-driver", "-b",
        "--bridge",
        "--bip", "-e", "--exec-driver", "-G", "--group", "--dns", "--dns-search", "--ip", "--label", "--mtu",
        "--storage-opt",
        "--log-driver", "--log-opt", "--fixed-cidr", "--insecure-registry", "--registry-mirror", "--default-ulimit",
        "--exec-root", "--exec-opt", "--tlscacert", "--tlscert", "--tlskey", "--api-cors-header",
    ]

    /// The daemon's own words when the command line starts one. They go on unread: they are not the client's flags.
    static func arguments(_ words: [String]) -> [String]? {
        if words.first == "daemon" { return Array(words.dropFirst()) }
        var index = 0
        while index < words.count, words[index].hasPrefix("-") {
            let (before, rest) = (Array(words[..<index]), Array(words[(index + 1)...]))
            switch words[index] {
            case "-d", "--daemon", "-d=true", "--daemon=true": return before + rest
            case "-dD", "-Dd": return before + ["-D"] + rest
            case let word: index += takingValues.contains(word) ? 2 : 1
            }
        }
        return nil
    }

    /// Comes back only with an error.
    static func become(_ arguments: [String]) throws -> Int32 {
        let path = (CurrentProcess.programFolder ?? "/usr/bin") + "/martletd"
        CurrentProcess.become(path, arguments)
        throw CommandFailure("docker: can't start the engine: \(path) is missing or can't be run")
    }
}
