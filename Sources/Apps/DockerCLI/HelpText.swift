internal import Flags

/// `docker`, `docker help`.
enum HelpText {
    static var overview: String {
        let commands = CommandTable.all.filter { $0.name != "completion" }
        let lines = commands.map { command in
            "    " + command.name + String(repeating: " ", count: max(1, 10 - command.name.count)) + command.about
                + "\n"
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
