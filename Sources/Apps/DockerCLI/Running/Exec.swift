internal import APIModel
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

extension Command {
    static let exec = Command(
        "exec", "CONTAINER COMMAND [ARG...]", about: "Run a command in a running container", count: 2...Int.max,
        flags: [
            Flag("d", "detach", help: "Detached mode: run command in the background"),
            Flag("detach-keys", kind: .text, help: "Override the key sequence for detaching a container"),
            Flag("e", "env", kind: .list, help: "Set environment variables"),
            Flag("env-file", kind: .list, help: "Read in a file of environment variables"),
            Flag("i", "interactive", help: "Keep STDIN open even if not attached"),
            Flag("privileged", help: "Give extended privileges to the command"),
            Flag("t", "tty", help: "Allocate a pseudo-TTY"),
            Flag("u", "user", kind: .text, help: "Username or UID (format: <name|uid>[:<group|gid>])"),
            Flag("w", "workdir", kind: .text, help: "Working directory inside the container"),
        ], takesCommandLine: true
    ) { try ExecRun($0).run() }
}

/// `exec`: create, start, copy, ask for the exit code.
struct ExecRun {
    private let invocation: Invocation
    private var flags: FlagValues { invocation.flags }
    private var client: EngineClient { invocation.client }
    private var isTTY: Bool { flags.bool("tty") }

    init(_ invocation: Invocation) { self.invocation = invocation }

    func run() throws -> Int32 {
        guard !isTTY || !flags.bool("interactive") || flags.bool("detach") || invocation.console.input.isTerminal else {
            throw CommandFailure("cannot enable tty mode on non tty input")
        }
        let keys = try DetachSequence(parsing: flags.text("detach-keys"))
        do {
            let path = "/containers/\(EngineClient.escape(invocation.subject))/exec"
            let id = try client.decode(ExecCreated.self, "POST", path, body: request()).id
            return try start(id, keys)
        } catch {
            let code = RunExitCode.of(error)
            // The client's own complaints say nothing about the command.
            let isOwn = (error as? EngineError)?.cause is EngineAnswer == false
            throw CommandFailure(Failure.text(error), exitCode: code == RunExitCode.daemon || isOwn ? 1 : code)
        }
    }

    private func request() throws -> ExecCreateRequest {
        var request = ExecCreateRequest()
        request.cmd = Array(invocation.arguments.dropFirst())
        request.user = flags.text("user")
        request.privileged = flags.bool("privileged")
        request.tty = isTTY
        request.workingDir = flags.text("workdir")
        request.detachKeys = flags.text("detach-keys")
        let environment = try EnvironmentFile.all(flags.list("env-file"), flags.list("env"))
        request.env = environment.isEmpty ? nil : environment
        request.attachStdin = flags.bool("interactive") && !flags.bool("detach")
        request.attachStdout = !flags.bool("detach")
        request.attachStderr = !flags.bool("detach")
        return request
    }

    private func start(_ id: String, _ keys: DetachSequence) throws -> Int32 {
        var request = ExecStartRequest()
        request.tty = isTTY
        request.detach = flags.bool("detach")
        let path = "/exec/\(EngineClient.escape(id))"
        if request.detach {
            try client.call("POST", "\(path)/start", encoding: request)
            return 0
        }
        let session = try client.hijack("\(path)/start", body: request, tty: isTTY)
        defer { session.connection.closeNow() }
        if try relay(session, path, keys) == .detached { return 0 }
        let answer = try client.json("GET", "\(path)/json")
        return Int32(truncatingIfNeeded: answer["ExitCode"]?.integerValue ?? 0)
    }

    private func relay(_ session: EngineClient.Session, _ path: String, _ keys: DetachSequence) throws -> Relay.Ending {
        let takesInput = flags.bool("interactive")
        let terminal = TerminalSession(
            invocation.console, client, resizePath: isTTY ? "\(path)/resize" : nil,
            isRaw: isTTY && takesInput && invocation.console.input.isTerminal)
        defer { terminal.restore() }
        var relay = Relay(session, invocation.console, takesInput: takesInput)
        relay.detachKeys = isTTY ? keys : nil
        relay.tellSize = terminal.tellSize
        relay.signals = isTTY ? SignalPipe.open(for: [SignalPipe.windowChange] + terminal.endings) : nil
        relay.onSignal = { number in
            if number != SignalPipe.windowChange { terminal.end(number) }
            terminal.resize()
        }
        return try relay.run()
    }
}
