internal import Dockerfile
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives
internal import Synchronization

/// `docker build --check`: reads a Dockerfile and what stands beside it; nothing is sent anywhere.
struct BuildCheck {
    private let invocation: Invocation
    private let context: String
    private let file: String

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        context = invocation.subject
        file = invocation.flags.text("file")
        guard !RemoteSource.isRemote(context) else {
            throw CommandFailure("docker: 'build --check' of a remote context is not supported yet")
        }
        guard context == "-" || Connection.isFile(context) == false else {
            throw CommandFailure("ERROR: unable to prepare context: path \"\(context)\" not found")
        }
        guard context != "-" || file.isEmpty else {
            throw CommandFailure(
                "ERROR: ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles")
        }
    }

    func report() throws -> CheckReport {
        let (name, bytes) = try dockerfile()
        var request = CheckRequest()
        request.buildArguments = buildArguments
        request.target = invocation.flags.text("target")
        request.ignored = try ignoreRules(beside: name)
        let platform = invocation.flags.text("platform")
        if !platform.isEmpty { request.platform = try Platform(parsing: platform) }
        let images = KnownImages(invocation.client)
        request.baseImage = { images.image(named: $0) }
        return Linter.check(SourceText(name: name, bytes: bytes), request)
    }

    /// `NAME=value`; a name alone takes the client's value, if it has one.
    private var buildArguments: [String: String] {
        var arguments: [String: String] = [:]
        for word in invocation.flags.list("build-arg") {
            let (name, value) = KeyValue.split(word)
            arguments[name] = value ?? CurrentProcess.variable(name)
        }
        return arguments
    }

    private func dockerfile() throws -> (name: String, bytes: [UInt8]) {
        if context == "-" || file == "-" {
            let bytes = try read(invocation.console.input)
            guard !BuildSource.isArchive(bytes) else {
                throw CommandFailure("docker: 'build --check' of an archive is not supported yet")
            }
            return ("stdin", bytes)
        }
        guard file.isEmpty else { return (file, try read(file)) }
        let names = ["Dockerfile", "dockerfile"].map { SlashPath.clean(context + "/" + $0) }
        let name = names.first { Connection.isFile($0) != nil } ?? names[0]
        return (name, try read(name))
    }

    private func read(_ path: String) throws -> [UInt8] {
        do {
            let descriptor = try Connection.file(path)
            defer { descriptor.closeNow() }
            return try read(descriptor)
        } catch {
            throw CommandFailure("ERROR: failed to read dockerfile: \(Failure.text(error))")
        }
    }

    /// A little more than what can be a Dockerfile, so that the check says that it is too long.
    private func read(_ descriptor: Descriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= SyntaxTree.longest {
            let part = try descriptor.read()
            if part.isEmpty { break }
            bytes += part
        }
        return bytes
    }

    private func ignoreRules(beside dockerfile: String) throws -> IgnoreRules? {
        guard context != "-" else { return nil }
        let candidates = IgnoreFile.candidates(dockerfile: dockerfile, context: context)
        guard let path = candidates.first(where: { Connection.isFile($0) == true }) else { return nil }
        let descriptor = try Connection.file(path)
        defer { descriptor.closeNow() }
        do { return try IgnoreRules(parsing: try read(descriptor)) } catch {
            throw CommandFailure("ERROR: error reading \(path): \(Failure.text(error))")
        }
    }
}

/// What the engine knows of images that a Dockerfile builds upon; an engine that can't be asked knows none.
private final class KnownImages: Sendable {
    private let client: EngineClient
    private let answers = Mutex<[String: BaseImage?]>([:])
    private let isSilent = Mutex(false)

    init(_ client: EngineClient) { self.client = client }

    func image(named name: String) -> BaseImage? {
        if let known = answers.withLock({ $0[name] }) { return known }
        guard !isSilent.withLock({ $0 }) else { return nil }
        let answer = ask(name)
        answers.withLock { $0[name] = .some(answer) }
        return answer
    }

    private func ask(_ name: String) -> BaseImage? {
        do throws(EngineError) {
            return Self.image(try client.json("GET", "/images/\(EngineClient.escape(name))/json"))
        } catch {
            // Without an answer of the engine's own there is nobody to ask again.
            if !(error.cause is EngineAnswer) { isSilent.withLock { $0 = true } }
            return nil
        }
    }

    private static func image(_ value: JSONValue) -> BaseImage {
        let config = value["Config"]
        func list(_ name: String) -> [String] { config?[name]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        var platform: Platform?
        if let os = value["Os"]?.stringValue, let architecture = value["Architecture"]?.stringValue, !os.isEmpty {
            platform = Platform(os: os, architecture: architecture)
        }
        return BaseImage(
            environment: list("Env"), shell: list("Shell"), triggers: list("OnBuild"), platform: platform)
    }
}
