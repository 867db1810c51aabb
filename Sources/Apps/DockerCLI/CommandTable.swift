internal import Flags

/// Every command by name.
enum CommandTable {
    static let all: [Command] = [
        .attach, .build, .builder, .commit, .cp, .create, .diff, .events, .exec, .export, .help, .history, .image,
        .images,
        .import, .info,
        .inspect, .kill, .load, .login, .logout, .logs, .network, .pause, .port, .ps, .pull, .push, .rename, .restart,
        .rm, .rmi, .run, .save, .search, .start, .stats, .stop, .system, .tag, .top, .unpause,
        .version,
        .wait,
        .completion,
    ]

    /// Of experimental builds: they work, and no help tells of them.
    static let hidden: [Command] = [.service]

    /// Commands that have no short form.
    private static let twoWordCommands = [.containerInspect, .containerPrune] + (all + hidden).flatMap(\.verbs)

    /// Commands of Docker that are not there yet.
    static let missing: Set<String> = [
        "buildx", "compose", "config", "context",
        "manifest", "node", "plugin", "secret", "stack", "swarm",
        "trust",
        "update", "volume",
        "system dial-stdio",
    ]

    /// Today's two words for the commands of one word.
    static let twoWords: [String: [String: String]] = [
        "builder": ["build": "build", "prune": "builder prune"],
        "container": [
            "attach": "attach", "commit": "commit", "cp": "cp", "create": "create", "diff": "diff", "exec": "exec",
            "export": "export",
            "inspect": "container inspect", "kill": "kill",
            "list": "ps",
            "logs": "logs", "ls": "ps", "pause": "pause", "port": "port", "prune": "container prune", "ps": "ps",
            "rename": "rename",
            "restart": "restart", "rm": "rm", "remove": "rm", "run": "run", "start": "start", "stats": "stats",
            "stop": "stop",
            "top": "top",
            "unpause": "unpause", "wait": "wait",
        ],
        "image": [
            "build": "build", "history": "history", "import": "import", "inspect": "image inspect", "list": "images",
            "load": "load", "ls": "images", "prune": "image prune", "pull": "pull", "push": "push", "remove": "rmi",
            "rm": "rmi",
            "save": "save", "tag": "tag",
        ],
        "network": [
            "connect": "network connect", "create": "network create", "disconnect": "network disconnect",
            // `info` is what 1.7's experimental builds called it.
            "info": "network inspect", "inspect": "network inspect", "list": "network ls", "ls": "network ls",
            "prune": "network prune", "remove": "network rm", "rm": "network rm",
        ],
        "service": [
            "attach": "service attach", "detach": "service detach", "info": "service info", "ls": "service ls",
            "publish": "service publish", "unpublish": "service unpublish",
        ],
        "system": [
            "check": "system check", "df": "system df", "events": "events", "info": "info", "prune": "system prune",
        ],
    ]

    /// The command and the words after its name. Errors: exit code 1.
    static func find(_ words: [String]) throws(UsageError) -> (Command, [String]) {
        let first = (words.first ?? "").lowercased()
        guard let group = twoWords[first] else { return (try named(first), Array(words.dropFirst())) }
        let whole = (all + hidden).first { $0.name == first }
        if let whole, words.count == 1 || words[1].hasPrefix("-") { return (whole, Array(words.dropFirst())) }
        guard words.count > 1, let name = group[words[1].lowercased()] else {
            let name = words.prefix(2).joined(separator: " ")
            // Swarm mode has other commands below a word of the experimental builds.
            let isMissing =
                whole == nil || missing.contains(name.lowercased()) || hidden.contains { $0.name == first }
            throw isMissing ? missing(name) : unknown(name, help: first)
        }
        if let command = twoWordCommands.first(where: { $0.name == name }) {
            return (command, Array(words.dropFirst(2)))
        }
        return (try named(name), Array(words.dropFirst(2)))
    }

    static func named(_ name: String) throws(UsageError) -> Command {
        if let command = all.first(where: { $0.name == name }) { return command }
        if missing.contains(name) { throw missing(name) }
        throw unknown(name)
    }

    private static func unknown(_ name: String, help group: String? = nil) -> UsageError {
        let help = ["docker", group, "--help"].compactMap(\.self).joined(separator: " ")
        return UsageError("docker: '\(name)' is not a docker command. See '\(help)'.")
    }

    private static func missing(_ name: String) -> UsageError { UsageError("docker: '\(name)' is not supported yet") }
}
