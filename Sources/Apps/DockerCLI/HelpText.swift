internal import Flags

/// `docker`, `docker help`.
enum HelpText {
    /// 1.6's list says some things in other words than the command itself does.
    private static let short = [
        "import": "Create a new filesystem image from the contents of a tarball",
        "load": "Load an image from a tar archive",
        "port": "Lookup the public-facing port that is NAT-ed to PRIVATE_PORT",
        "restart": "Restart a running container", "save": "Save an image to a tar archive",
        "start": "Start a stopped container", "top": "Lookup the running processes of a container",
        "unpause": "Unpause a paused container",
    ]

    static var overview: String {
        let commands = CommandTable.all.filter { $0.name != "completion" }
        let lines = commands.map { command in
            "    " + command.name + String(repeating: " ", count: max(1, 10 - command.name.count))
                + (short[command.name] ?? command.about) + "\n"
        }
        return
            "Usage: docker [OPTIONS] COMMAND [arg...]\n\nA self-sufficient runtime for linux containers.\n\nOptions:\n"
            + FlagParser(GlobalFlags.all).flagHelp + "\nCommands:\n" + lines.joined()
            + "\nRun 'docker COMMAND --help' for more information on a command.\n"
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
