internal import Flags

extension CompletionScript {
    static var fish: String {
        var lines = ["# fish completion for docker", "complete -c docker -f"]
        for command in commands {
            lines.append("complete -c docker -n __fish_use_subcommand -a \(command.name) -d '\(quoted(command.about))'")
            lines += fishFlags(command.flags, if: condition(of: command))
            lines += command.verbs.flatMap { fishVerb($0, of: command) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A command that a group has a verb of the same name for is not meant after the group's name.
    private static func condition(of command: Command) -> String {
        let others = groups.filter { $0.verbs.map(second).contains(command.name) }.map(\.name)
        return "__fish_seen_subcommand_from \(command.name)"
            + (others.isEmpty ? "" : "; and not __fish_seen_subcommand_from \(others.joined(separator: " "))")
    }

    private static func fishVerb(_ verb: Command, of group: Command) -> [String] {
        let inGroup = "__fish_seen_subcommand_from \(group.name)"
        let all = group.verbs.map(second).joined(separator: " ")
        let condition = "\(inGroup); and __fish_seen_subcommand_from \(second(verb))"
        var lines = [
            "complete -c docker -n '\(inGroup); and not __fish_seen_subcommand_from \(all)' -a \(second(verb))"
                + " -d '\(quoted(verb.about))'"
        ]
        if networkVerbs.contains(second(verb)) {
            lines.append(
                "complete -c docker -n '\(condition)' -a '(docker network ls --format \"{{.Name}}\" 2>/dev/null)'")
        }
        return lines + fishFlags(verb.flags, if: condition)
    }

    private static func fishFlags(_ flags: [Flag], if condition: String) -> [String] {
        flags.filter { !$0.isHidden }.map { flag in
            let names = flag.names.map { $0.count == 1 ? "-s \($0)" : "-l \($0)" }.joined(separator: " ")
            let value = flag.kind == .bool ? "" : " -r"
            return "complete -c docker -n '\(condition)' \(names)\(value) -d '\(quoted(flag.help))'"
        }
    }
}
