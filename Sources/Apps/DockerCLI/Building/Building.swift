internal import APIModel
internal import ClientProfile
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// One `docker build`: sends the context and shows what becomes of it.
struct Building {
    private let invocation: Invocation
    private let console: Console
    private let progress: BuildProgress
    private let source: BuildSource
    private let outputs: [BuildOutputPlace]
    private let path: String
    private let headers: [(String, String)]
    /// Sockets of agents by what the Dockerfile calls them.
    private let agents: [String: String]
    private let id: String

    /// Reads flags, Dockerfile and ignore file; nothing is sent yet. Errors: what is missing or no value.
    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        console = invocation.console
        let flags = invocation.flags
        progress = try BuildProgress(
            flag: flags.text("progress"), isQuiet: flags.bool("quiet"), isTerminal: invocation.console.error.isTerminal,
            invocation.variable)
        outputs = try flags.list("output").map {
            try BuildOutputPlace($0, isTerminal: invocation.console.output.isTerminal)
        }
        guard outputs.count <= 1 else { throw CommandFailure("ERROR: multiple outputs currently unsupported") }
        let secrets = try BuildSecretFlags.secrets(flags.list("secret"), invocation.variable)
        source = try BuildSource(invocation.subject, file: flags.text("file"), input: invocation.console.input)
        agents = try AgentFlags.sockets(flags.list("ssh"), invocation.variable)
        id = ContainerID.random().description
        var query = try BuildQuery(invocation).query(source, progress, outputs)
        if !agents.isEmpty { query["buildid"] = id }
        for agent in agents.keys.sorted() { query["ssh"] = agent }
        path = "/build" + query.text
        var headers = [("X-Registry-Config", invocation.profile.allAuthorizations())]
        if source.body != nil { headers.append(("Content-Type", "application/x-tar")) }
        if !secrets.isEmpty { headers.append((BuildSecrets.headerName, secrets.header)) }
        self.headers = headers
    }

    /// The exit code. Errors: what the engine says; a failed command's own exit code where Docker's classic client has it.
    func run() throws -> Int32 {
        if case .folder(let context) = source, !CurrentProcess.isSuperuser { try ContextPacker.check(context) }
        // A file of an earlier build would be taken for this one's.
        let idFile = invocation.flags.text("iidfile")
        if !idFile.isEmpty { Connection.removeFile(idFile) }
        let target = try outputs.first?.open(console)
        let listener = BuildListener(
            progress, console, target: target, isQuiet: invocation.flags.bool("quiet"), invocation.variable)
        let forwarding = AgentForwarding(invocation.client, build: self.id)
        forwarding.begin(agents)
        defer { forwarding.end() }
        let id = try listener.listen(invocation.client, path, headers, source)
        if let target, target != console.output { target.closeNow() }
        if invocation.flags.bool("quiet") { console.print(id) }
        guard !idFile.isEmpty else { return 0 }
        guard !id.isEmpty else { throw CommandFailure("server did not provide an image ID. Cannot write \(idFile)") }
        let file = try Connection.newFile(idFile)
        defer { file.closeNow() }
        try file.write(id)
        return 0
    }
}
