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

    private static var commands: [Command] {
        CommandTable.all.filter { $0.name != "completion" }.sorted { $0.name < $1.name }
    }

    private static func words(_ flags: [Flag]) -> String {
        flags.filter { !$0.isHidden }.flatMap(\.names).map { $0.count == 1 ? "-\($0)" : "--\($0)" }.sorted().joined(
            separator: " ")
    }

    private static let containerCommands =
        "attach|exec|inspect|kill|logs|pause|port|rename|restart|rm|start|stop|top|unpause|wait"
    private static let imageCommands = "create|history|rmi|run|save|tag"

    private static var bash: String {
        let cases = commands.map { "        \($0.name)) flags=\"\(words($0.flags)) --help\" ;;\n" }.joined()
        return """
            # bash completion for docker

            _docker() {
                local current="${COMP_WORDS[COMP_CWORD]}" command="" word flags=""
                for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                    case "$word" in -*) ;; *) command="$word"; break ;; esac
                done
                if [ -z "$command" ]; then
                    COMPREPLY=($(compgen -W "\(commands.map(\.name).joined(separator: " ")) \(words(GlobalFlags.all))" -- "$current"))
                    return
                fi
                case "$command" in
            \(cases)    esac
                case "$current" in
                    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")); return ;;
                esac
                case "$command" in
                    \(containerCommands)) COMPREPLY=($(compgen -W "$(docker ps -a --format '{{.Names}}' 2>/dev/null)" -- "$current")) ;;
                    \(imageCommands)) COMPREPLY=($(compgen -W "$(docker images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null)" -- "$current")) ;;
                    *) COMPREPLY=($(compgen -f -- "$current")) ;;
                esac
            }
            complete -F _docker docker

            """
    }

    private static var zsh: String {
        let names = commands.map { "        '\($0.name):\(quoted($0.about))'\n" }.joined()
        let cases = commands.map { "        \($0.name)) compadd -- \(words($0.flags)) --help ;;\n" }.joined()
        return """
            #compdef docker

            local -a commands
            if (( CURRENT == 2 )); then
                commands=(
            \(names)    )
                _describe 'docker command' commands
                return
            fi
            if [[ "$words[CURRENT]" == -* ]]; then
                case "$words[2]" in
            \(cases)    esac
                return
            fi
            case "$words[2]" in
                \(containerCommands)) compadd -- ${(f)"$(docker ps -a --format '{{.Names}}' 2>/dev/null)"} ;;
                \(imageCommands)) compadd -- ${(f)"$(docker images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null)"} ;;
                *) _files ;;
            esac

            """
    }

    private static var fish: String {
        var lines = ["# fish completion for docker", "complete -c docker -f"]
        for command in commands {
            lines.append("complete -c docker -n __fish_use_subcommand -a \(command.name) -d '\(quoted(command.about))'")
            for flag in command.flags where !flag.isHidden {
                let names = flag.names.map { $0.count == 1 ? "-s \($0)" : "-l \($0)" }.joined(separator: " ")
                let value = flag.kind == .bool ? "" : " -r"
                lines.append(
                    "complete -c docker -n '__fish_seen_subcommand_from \(command.name)' \(names)\(value) -d '\(quoted(flag.help))'"
                )
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The first line, safe between single quotes.
    private static func quoted(_ text: String) -> String {
        String(text.prefix { $0 != "\n" }.filter { $0 != "'" && $0 != ":" })
    }
}
