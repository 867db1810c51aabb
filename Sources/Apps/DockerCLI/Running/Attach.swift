internal import APIModel
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON

extension Command {
    static let attach = Command(
        "attach", "CONTAINER", about: "Attach to a running container", count: 1...1,
        flags: [
            Flag("detach-keys", kind: .text, help: "Override the key sequence for detaching a container"),
            Flag("no-stdin", help: "Do not attach STDIN"),
            Flag("sig-proxy", default: "true", help: "Proxy all received signals to the process"),
        ]
    ) { invocation in
        let found = try invocation.client.decode(
            ContainerInspect.self, "GET", "/containers/\(EngineClient.escape(invocation.subject))/json")
        guard found.state.running else {
            throw CommandFailure("You cannot attach to a stopped container, start it first")
        }
        guard !found.state.paused else {
            throw CommandFailure("You cannot attach to a paused container, unpause it first")
        }
        var config = found.config
        config.attachStdin = !invocation.flags.bool("no-stdin")
        config.attachStdout = true
        config.attachStderr = true
        guard !config.tty || !config.openStdin || !config.attachStdin || invocation.console.input.isTerminal else {
            throw CommandFailure("cannot enable tty mode on non tty input")
        }
        var attachment = try ContainerAttachment(invocation, found.id, config: config, condition: .notRunning)
        return try attachment.finish()
    }
}
