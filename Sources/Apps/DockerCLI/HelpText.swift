internal import Flags

/// `docker`, `docker help`.
enum HelpText {
    /// 1.6's list says some things in other words than the command itself does.
    private static let short = [
        "export": "Stream the contents of a container as a tar archive",
        "import": "Create a new filesystem image from the contents of a tarball",
        "load": "Load an image from a tar archive",
        "login": "Register or log in to a Docker registry server",
        "logout": "Log out from a Docker registry server",
        "port": "Lookup the public-facing port that is NAT-ed to PRIVATE_PORT",
        "restart": "Restart a running container", "save": "Save an image to a tar archive",
        "start": "Start a stopped container", "stats": "Display a stream of a containers' resource usage statistics",
        "top": "Lookup the running processes of a container",
        "unpause": "Unpause a paused container",
    ]

    static var overview: String {
        let commands = CommandTable.all.filter { $0.name != "completion" }
        let lines = commands.map { line($0.name, short[$0.name] ?? $0.about, width: 10) }
        return
            "Usage: docker [OPTIONS] COMMAND [arg...]\n\nA self-sufficient runtime for linux containers.\n\nOptions:\n"
            + FlagParser(GlobalFlags.all).flagHelp + "\nCommands:\n" + lines.joined()
            + "\nRun 'docker COMMAND --help' for more information on a command.\n"
    }

    /// `docker network`: the second words there are.
    static func group(_ name: String, about: String, _ verbs: [Command]) -> String {
        let names = verbs.map { String($0.name.dropFirst(name.count + 1)) }
        let width = (names.map(\.count).max() ?? 0) + 2
        let lines = zip(names, verbs).map { line($0, short[$0] ?? $1.about, width: width) }
        return "\nUsage: docker \(name) COMMAND\n\n\(about)\n\nCommands:\n" + lines.joined()
            + "\nRun 'docker \(name) COMMAND --help' for more information on a command.\n"
    }

    private static func line(_ name: String, _ about: String, width: Int) -> String {
        "    " + name + String(repeating: " ", count: max(1, width - name.count)) + about + "\n"
    }
}

extension Command {
    static let help = Command("help", "[COMMAND]", about: "Print help for a command", count: 0...2) { invocation in
        guard !invocation.arguments.isEmpty else {
            invocation.console.write(HelpText.overview)
            return 0
        }
        invocation.console.write(try CommandTable.find(invocation.arguments).0.usage)
        return 0
    }
}
