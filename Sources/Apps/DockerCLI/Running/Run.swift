internal import APIModel
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

extension Command {
    private static let usageText = "IMAGE [COMMAND] [ARG...]"

    static let create = Command(
        "create", usageText, about: "Create a new container", count: many, flags: ContainerFlags.all,
        takesCommandLine: true
    ) { invocation in
        let id = try ContainerCreation(invocation).create(CreateBody(invocation.flags))
        invocation.console.print(id)
        return 0
    }

    static let run = Command(
        "run", usageText, about: "Run a command in a new container", count: many,
        flags: ContainerFlags.all + [
            Flag("d", "detach", help: "Run container in background and print container ID"),
            Flag("detach-keys", kind: .text, help: "Override the key sequence for detaching a container"),
            Flag("rm", help: "Automatically remove the container when it exits")
                .deprecating("-rm", replacement: "--rm"),
            Flag("sig-proxy", default: "true", help: "Proxy received signals to the process")
                .deprecating("-sig-proxy", replacement: "--sig-proxy"),
        ], takesCommandLine: true
    ) { try ForegroundRun($0).run() }
}

/// `run`: create, attach, wait, start, copy, in that order, so that nothing the container says is lost.
struct ForegroundRun {
    private let invocation: Invocation
    private var flags: FlagValues { invocation.flags }
    private var client: EngineClient { invocation.client }

    init(_ invocation: Invocation) { self.invocation = invocation }

    func run() throws -> Int32 {
        var body = try CreateBody(flags)
        body.host.autoRemove = flags.bool("rm")
        let isDetached = flags.bool("detach")
        try check(body)
        if isDetached {
            body.config.attachStdin = false
            body.config.attachStdout = false
            body.config.attachStderr = false
            body.config.stdinOnce = false
        }
        let id = try ContainerCreation(invocation).create(body)
        if isDetached { return try startDetached(id) }
        let hearsNothing = !body.config.attachStdout && !body.config.attachStderr
        return hearsNothing ? try runFed(id, body.config) : try runAttached(id, body)
    }

    private func check(_ body: CreateBody) throws {
        func conflict(_ text: String) -> CommandFailure {
            CommandFailure("Conflicting options: \(text)", exitCode: RunExitCode.daemon)
        }
        if flags.bool("detach") && flags.isSet("attach") { throw conflict("-a and -d") }
        if flags.bool("rm") && !["no", ""].contains(body.host.restartPolicy.name) {
            throw conflict("--restart and --rm")
        }
        let needsTerminal = !flags.bool("detach") && body.config.tty && body.config.attachStdin
        if needsTerminal && !invocation.console.input.isTerminal {
            throw CommandFailure("cannot enable tty mode on non tty input")
        }
    }

    private func startDetached(_ id: String) throws -> Int32 {
        try start(id)
        invocation.console.print(id)
        return 0
    }

    /// With standard input alone attached: starts, says who it is, passes the input on, and waits for no end.
    private func runFed(_ id: String, _ config: ContainerConfig) throws -> Int32 {
        guard config.openStdin && config.attachStdin else { return try startDetached(id) }
        let path = "/containers/\(EngineClient.escape(id))/attach?stream=1&stdin=1"
        let connection = try client.hijack(path, tty: config.tty).connection
        defer { connection.closeNow() }
        _ = try startDetached(id)
        do {
            while case let bytes = try invocation.console.input.read(), !bytes.isEmpty { try connection.write(bytes) }
            connection.finishWriting()
        } catch {
            // The container has ended and takes no more.
        }
        return 0
    }

    private func start(_ id: String) throws {
        do {
            try client.call("POST", "/containers/\(id)/start")
        } catch {
            // `--rm` means that nothing is left; engines differ in whether they see to it after a failed start.
            if flags.bool("rm") { _ = try? client.call("DELETE", "/containers/\(id)?v=1&force=1") }
            throw CommandFailure("docker: \(Failure.text(error))", exitCode: RunExitCode.of(error))
        }
    }

    private func runAttached(_ id: String, _ body: CreateBody) throws -> Int32 {
        var attachment = try ContainerAttachment(
            invocation, id, config: body.config, condition: body.host.autoRemove ? .removed : .nextExit)
        do {
            try start(id)
        } catch {
            attachment.close()
            throw error
        }
        return try attachment.finish()
    }
}
