internal import HostSystem

/// `docker -d`, `docker daemon`: the engine is a program of its own, next to this one.
enum EngineProgram {
    private static let withValue: Set<String> = [
        "-H", "--host", "-l", "--log-level", "-g", "--graph", "-p", "--pidfile", "-s", "--storage-driver", "-b",
        "--bridge",
        "-G", "--group", "-e", "--exec-driver", "--label", "--dns", "--bip", "--tlscacert", "--tlscert", "--tlskey",
    ]

    /// The engine's arguments, when the flags before the first command word ask for it with `-d`; its own flags are not
    /// the client's, so they go on unread.
    static func arguments(_ words: [String]) -> [String]? {
        var index = 0
        while index < words.count, words[index].hasPrefix("-") {
            switch words[index] {
            case "-d", "--daemon", "-d=true", "--daemon=true":
                return Array(words[..<index]) + Array(words[(index + 1)...])
            case "-dD", "-Dd": return Array(words[..<index]) + ["-D"] + Array(words[(index + 1)...])
            case let word: index += withValue.contains(word) ? 2 : 1
            }
        }
        return nil
    }

    /// Comes back only with an error.
    static func become(_ arguments: [String]) throws -> Int32 {
        let folder = CurrentProcess.programFolder ?? "/usr/bin"
        CurrentProcess.become("\(folder)/martletd", arguments)
        throw CommandFailure("docker: cannot run \(folder)/martletd: the engine is not installed here")
    }
}
