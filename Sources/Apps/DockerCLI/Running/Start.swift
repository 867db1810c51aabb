internal import APIModel
internal import EngineClient
internal import Flags
internal import HostSystem
internal import Primitives

extension Command {
    static let start = Command(
        "start", "CONTAINER [CONTAINER...]", about: "Start one or more stopped containers", count: many,
        flags: [
            Flag("a", "attach", help: "Attach STDOUT/STDERR and forward signals"),
            Flag("detach-keys", kind: .text, help: "Override the key sequence for detaching a container"),
            Flag("i", "interactive", help: "Attach container's STDIN"),
            Flag("sig-proxy", default: "true", help: "Proxy all received signals to the process", isHidden: true),
        ]
    ) { invocation in
        guard invocation.flags.bool("attach") || invocation.flags.bool("interactive") else {
            return try invocation.forEachPrinted("start one or more containers") { name in
                try invocation.client.call("POST", "/containers/\(EngineClient.escape(name))/start")
            }
        }
        guard invocation.arguments.count == 1 else {
            throw CommandFailure("You cannot start and attach multiple containers at once.")
        }
        return try startAttached(invocation)
    }

    private static func startAttached(_ invocation: Invocation) throws -> Int32 {
        let path = "/containers/\(EngineClient.escape(invocation.subject))"
        let found = try invocation.client.decode(ContainerInspect.self, "GET", "\(path)/json")
        var config = found.config
        config.attachStdin = invocation.flags.bool("interactive") && config.openStdin
        config.attachStdout = true
        config.attachStderr = true
        guard !config.tty || !config.attachStdin || invocation.console.input.isTerminal else {
            throw CommandFailure("cannot enable tty mode on non tty input")
        }
        let condition: WaitCondition = found.hostConfig.autoRemove ? .removed : .nextExit
        var attachment = try ContainerAttachment(invocation, found.id, config: config, condition: condition)
        do { try invocation.client.call("POST", "\(path)/start") } catch {
            attachment.close()
            throw CommandFailure(Failure.text(error))
        }
        return try attachment.finish()
    }
}
