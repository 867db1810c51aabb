internal import Flags

extension Command {
    /// Hidden: prints the completion script that is installed.
    static let completion = Command(
        "completion", "bash|zsh|fish", about: "Print a shell's completion script", count: 1...1
    ) { invocation in
        guard let script = CompletionScript.text(for: invocation.subject) else {
            throw CommandFailure("docker: no completion for shell '\(invocation.subject)'")
        }
        invocation.console.write(script)
        return 0
    }
}

/// Completion scripts, made from the declarations of the commands.
enum CompletionScript {
    static func text(for shell: String) -> String? {
        switch shell {
        case "bash": bash
        case "zsh": zsh
        case "fish": fish
        default: nil
        }
    }

    static var commands: [Command] {
        CommandTable.all.filter { $0.name != "completion" }.sorted { $0.name < $1.name }
    }

    /// Commands that have verbs, and their verbs: `network`, `network ls`.
    static var groups: [Command] { commands.filter { !$0.verbs.isEmpty } }

    /// The second word of a verb's name.
    static func second(_ verb: Command) -> String { verb.name.split(separator: " ").last.map(String.init) ?? "" }

    /// A command's name as a pattern of a shell's `case`.
    static func label(_ command: Command) -> String {
        command.name.contains(" ") ? "\"\(command.name)\")" : "\(command.name))"
    }

    static func words(_ flags: [Flag]) -> String {
        flags.filter { !$0.isHidden }.flatMap(\.names).map { $0.count == 1 ? "-\($0)" : "--\($0)" }.sorted().joined(
            separator: " ")
    }

    static let containerCommands =
        "attach|exec|inspect|kill|logs|pause|port|rename|restart|rm|start|stop|top|unpause|wait"
    static let imageCommands = "create|history|rmi|run|save|tag"
    /// Verbs of `network` that take names of networks.
    static let networkVerbs = ["connect", "disconnect", "inspect", "rm"]

    /// The first line, safe between single quotes.
    static func quoted(_ text: String) -> String {
        String(text.prefix { $0 != "\n" }.filter { $0 != "'" && $0 != ":" })
    }
}
