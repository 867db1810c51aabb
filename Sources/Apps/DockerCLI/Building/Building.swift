internal import APIModel
internal import ClientProfile
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// One `docker build`: sends the contexts, shows what becomes of them, and puts the result where it shall be.
struct Building {
    private let invocation: Invocation
    private let console: Console
    private let progress: BuildProgress
    private let contexts: SentContexts
    private let outputs: BuildOutputs
    private let path: String
    private let headers: [(String, String)]
    /// Sockets of agents by what the Dockerfile calls them.
    private let agents: [String: String]
    private let id: String
    private var flags: FlagValues { invocation.flags }

    /// Reads flags, Dockerfile and ignore files; nothing is sent yet. Errors: what is missing or no value.
    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        console = invocation.console
        let flags = invocation.flags
        progress = try BuildProgress(
            flag: flags.text("progress"), isQuiet: flags.bool("quiet"), isTerminal: invocation.console.error.isTerminal,
            invocation.variable)
        outputs = try BuildOutputs(flags, isTerminal: invocation.console.output.isTerminal)
        let secrets = try BuildSecretFlags.secrets(flags.list("secret"), invocation.variable)
        contexts = SentContexts(
            main: try BuildSource(
                invocation.subject, file: flags.text("file"), input: invocation.console.input),
            named: try NamedContext.all(flags.list("build-context")))
        agents = try AgentFlags.sockets(flags.list("ssh"), invocation.variable)
        id = ContainerID.random().description
        var query = try BuildQuery(invocation).query(contexts, progress, outputs)
        if !agents.isEmpty { query["buildid"] = id }
        for agent in agents.keys.sorted() { query["ssh"] = agent }
        path = "/build" + query.text
        var headers = [("X-Registry-Config", invocation.profile.allAuthorizations())]
        if contexts.body != nil { headers.append(("Content-Type", "application/x-tar")) }
        if !secrets.isEmpty { headers.append((BuildSecrets.headerName, secrets.header)) }
        self.headers = headers
    }

    /// The exit code. Errors: what the engine says; a failed command's own exit code where Docker's classic client has it.
    func run() throws -> Int32 {
        if !CurrentProcess.isSuperuser { try contexts.check() }
        // A file of an earlier build would be taken for this one's.
        let idFile = flags.text("iidfile")
        if !idFile.isEmpty { Connection.removeFile(idFile) }
        let isQuiet = progress == .quiet || flags.bool("quiet")
        let fetch = BuildResultFetch(client: invocation.client, output: console.output, outputs: outputs)
        let listener = BuildListener(progress, console, fetch, isQuiet: flags.bool("quiet"), invocation.variable)
        let forwarding = AgentForwarding(invocation.client, build: self.id)
        forwarding.begin(agents)
        defer { forwarding.end() }
        let id = try listener.listen(path, headers, contexts)
        let shown = outputs.takesStandardOutput || progress != .classic ? console.error : console.output
        let pushed = try invocation.push(outputs.pushedNames, showing: isQuiet ? nil : shown)
        if isQuiet, !outputs.takesStandardOutput { console.print(id) }
        if !idFile.isEmpty { try write(id, to: idFile) }
        let metadata = flags.text("metadata-file")
        guard !metadata.isEmpty else { return 0 }
        let document = BuildMetadata(id, outputs, listener.result, pushed: pushed).json
        try WholeFile.write(metadata) { try $0(document.serialized(JSONStyle(indent: "  ", escapesHTML: true))) }
        return 0
    }

    private func write(_ id: String, to file: String) throws {
        guard !id.isEmpty else { throw CommandFailure("server did not provide an image ID. Cannot write \(file)") }
        try WholeFile.write(file) { try $0(Array(id.utf8)) }
    }
}
