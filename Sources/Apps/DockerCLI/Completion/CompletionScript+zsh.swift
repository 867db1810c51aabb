internal import Flags

extension CompletionScript {
    static var zsh: String {
        let names = commands.map { "        '\($0.name):\(quoted($0.about))'\n" }
        let cases = (commands.filter(\.verbs.isEmpty) + groups.flatMap(\.verbs)).map {
            "        \(label($0)) compadd -- \(words($0.flags)) --help ;;\n"
        }
        let networks = networkVerbs.map { "\"network \($0)\"" }.joined(separator: "|")
        return """
            #compdef docker

            local -a commands
            local command="$words[2]"
            if (( CURRENT == 2 )); then
                commands=(
            \(names.joined())    )
                _describe 'docker command' commands
                return
            fi
            case "$command" in
            \(groups.map(zshVerbs).joined())esac
            if [[ "$words[CURRENT]" == -* ]]; then
                case "$command" in
            \(cases.joined())    esac
                return
            fi
            case "$command" in
                \(containerCommands)) compadd -- ${(f)"$(docker ps -a --format '{{.Names}}' 2>/dev/null)"} ;;
                \(imageCommands)) compadd -- ${(f)"$(docker images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null)"} ;;
                \(networks)) compadd -- ${(f)"$(docker network ls --format '{{.Name}}' 2>/dev/null)"} ;;
                *) _files ;;
            esac

            """
    }

    /// The second word where it is being written; where it is there, it belongs to the command's name.
    private static func zshVerbs(_ group: Command) -> String {
        let verbs = group.verbs.map { "            '\(second($0)):\(quoted($0.about))'\n" }.joined()
        return """
                \(group.name))
                    if (( CURRENT == 3 )); then
                        commands=(
            \(verbs)            )
                        _describe 'docker \(group.name) command' commands
                        return
                    fi
                    command="$words[2] $words[3]" ;;

            """
    }
}
