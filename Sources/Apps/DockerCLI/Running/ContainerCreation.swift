internal import APIModel
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// Makes a container, with its image fetched when the engine lacks it.
struct ContainerCreation {
    private let invocation: Invocation
    private var flags: FlagValues { invocation.flags }

    init(_ invocation: Invocation) { self.invocation = invocation }

    /// The full id. Errors: exit code 125.
    func create(_ body: CreateBody) throws -> String {
        let file = try openIDFile()
        defer { file?.closeNow() }
        do {
            if flags.text("pull") == "always" { try pull(body.config.image) }
            let id = try send(body)
            try file?.write(id)
            return id
        } catch {
            if !flags.text("cidfile").isEmpty { Connection.removeFile(flags.text("cidfile")) }
            throw CommandFailure("docker: \(Failure.text(error))", exitCode: RunExitCode.daemon)
        }
    }

    private func openIDFile() throws -> Descriptor? {
        let path = flags.text("cidfile")
        guard !path.isEmpty else { return nil }
        do throws(EngineError) { return try Connection.newFile(path, exclusive: true) } catch {
            let isThere = error.kind == .conflict
            throw CommandFailure(
                isThere
                    ? "Container ID file found, make sure the other container isn't running or delete \(path)"
                    : "Failed to create the container ID file: \(error.message)",
                exitCode: RunExitCode.daemon)
        }
    }

    private func send(_ body: CreateBody) throws -> String {
        do throws(EngineError) { return try post(body) } catch {
            let isMissing = error.kind == .notFound && error.message.lowercased().contains("no such image")
            guard isMissing, flags.text("pull") != "never" else { throw error }
        }
        let reference = try ImageReference(parsing: body.config.image).withDefaultTag
        invocation.console.complain("Unable to find image '\(reference.familiar)' locally")
        try pull(body.config.image)
        return try post(body)
    }

    private func pull(_ image: String) throws {
        let output = flags.bool("quiet") ? nil : invocation.console.error
        let reference = try ImageReference(parsing: image).withDefaultTag
        try ImagePull(invocation: invocation, platform: flags.text("platform")).pull(reference, to: output)
    }

    private func post(_ body: CreateBody) throws(EngineError) -> String {
        var query = Query()
        if !flags.text("name").isEmpty { query["name"] = flags.text("name") }
        if !flags.text("platform").isEmpty { query["platform"] = flags.text("platform") }
        let answer = try invocation.client.json("POST", "/containers/create\(query.text)", body: body.request)
        for warning in answer["Warnings"]?.arrayValue ?? [] {
            invocation.console.complain("WARNING: \(warning.stringValue ?? "")")
        }
        return answer["Id"]?.stringValue ?? ""
    }
}
