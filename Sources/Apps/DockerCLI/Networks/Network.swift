internal import Flags

extension Command {
    static let network = Command("network", "COMMAND", about: "Manage networks", count: 0...0) { invocation in
        let verbs: [Command] = [
            .networkConnect, .networkCreate, .networkDisconnect, .networkInspect, .networkLs, .networkPrune, .networkRm,
        ]
        let lines = verbs.map { verb in
            let name = String(verb.name.dropFirst("network ".count))
            return "    " + name + String(repeating: " ", count: 12 - name.count) + verb.about + "\n"
        }
        invocation.console.write(
            "Usage: docker network COMMAND\n\nManage networks\n\nCommands:\n" + lines.joined()
                + "\nRun 'docker network COMMAND --help' for more information on a command.\n")
        return 0
    }
}
