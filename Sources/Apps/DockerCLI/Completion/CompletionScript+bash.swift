internal import Flags

extension CompletionScript {
    static var bash: String {
        let cases = (commands.filter(\.verbs.isEmpty) + groups.flatMap(\.verbs)).map {
            "        \(label($0)) flags=\"\(words($0.flags)) --help\" ;;\n"
        }
        let verbs = groups.map {
            "        \($0.name)) COMPREPLY=($(compgen -W \"\($0.verbs.map(second).joined(separator: " "))\" -- \"$current\")); return ;;\n"
        }
        let networks = networkVerbs.map { "\"network \($0)\"" }.joined(separator: "|")
        return """
            # bash completion for docker

            _docker() {
                local current="${COMP_WORDS[COMP_CWORD]}" command="" word flags=""
                for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                    case "$word" in -*) continue ;; esac
                    command="${command:+$command }$word"
                    case "$command" in \(groups.map(\.name).joined(separator: "|"))) ;; *) break ;; esac
                done
                if [ -z "$command" ]; then
                    COMPREPLY=($(compgen -W "\(commands.map(\.name).joined(separator: " ")) \(words(GlobalFlags.all))" -- "$current"))
                    return
                fi
                case "$command" in
            \(cases.joined())\(verbs.joined())    esac
                case "$current" in
                    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")); return ;;
                esac
                case "$command" in
                    \(containerCommands)) COMPREPLY=($(compgen -W "$(docker ps -a --format '{{.Names}}' 2>/dev/null)" -- "$current")) ;;
                    \(imageCommands)) COMPREPLY=($(compgen -W "$(docker images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null)" -- "$current")) ;;
                    \(networks)) COMPREPLY=($(compgen -W "$(docker network ls --format '{{.Name}}' 2>/dev/null)" -- "$current")) ;;
                    *) COMPREPLY=($(compgen -f -- "$current")) ;;
                esac
            }
            complete -F _docker docker

            """
    }
}
