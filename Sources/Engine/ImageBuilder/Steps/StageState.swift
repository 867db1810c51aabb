internal import APIModel
internal import Dockerfile
internal import Primitives

/// A stage on its way: the image so far, and what the next instruction makes of it.
struct StageState: Sendable {
    private(set) var image: BuiltImage
    /// Steps since then that have no image of their own.
    private(set) var held: [HeldStep] = []
    private var heldSize = 0
    private(set) var author: String
    private(set) var evaluator: ConfigurationEvaluator
    private var arguments: BuildArguments
    private let graph: StageGraph
    /// ARGs that were declared here.
    var argumentNames: [String] { arguments.names }

    init(_ base: BuiltImage, _ plan: BuildPlan) {
        image = base
        author = ""
        graph = plan.graph
        arguments = BuildArguments(given: plan.settings.arguments, globals: plan.globals)
        var config = base.config
        (config.openStdin, config.stdinOnce) = (false, false)
        if !(config.env ?? []).contains(where: { $0.hasPrefix("PATH=") }) {
            config.env = (config.env ?? []) + ["PATH=" + Self.standardPath]
        }
        config.onBuild = nil
        evaluator = ConfigurationEvaluator(config, escape: plan.escape)
        // Variables are the configuration's, and beside them the stage's arguments.
        for (name, value) in arguments.variables(beside: evaluator.variables) { evaluator.variables[name] = value }
    }

    static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Docker 1.6's words.
    static let hostPortNote = """
         ---> Using Dockerfile's EXPOSE instruction      to map host ports to container ports \
        (ip:hostPort:containerPort) is deprecated.
              Please use -p to publish the ports.
        """

    var config: ContainerConfig { evaluator.config }

    /// The step has an image, and those that were held are in it.
    mutating func advance(to next: BuiltImage) {
        image = next
        (held, heldSize) = ([], 0)
    }

    /// An image's document has all of its history, so that those of ever so many steps would take room by the square of their
    /// number. From this size on, in bytes, a step that only changes the configuration, and is followed by another, has
    /// no image, until such steps are as large as the image below: all images together are then some two times as large
    /// as the last one.
    static let smallImage = 32 << 10

    /// False: the step needs an image.
    mutating func hold(_ command: [String]) -> Bool {
        guard image.size >= Self.smallImage, heldSize < image.size else { return false }
        let step = HeldStep(createdBy: command.joined(separator: " "), author: author)
        held.append(step)
        heldSize += step.size
        return true
    }

    /// What an instruction does. Errors: those of its words.
    mutating func step(_ instruction: Instruction) throws(DockerfileError) -> Step {
        do {
            switch instruction.statement {
            case .maintainer(let text):
                author = text
                return Step(action: .none, comment: "MAINTAINER " + text)
            case .arg(let declarations): return try declare(declarations)
            case .run(let run): return try step(run)
            case .copy(let copy): return try step(copy)
            case .add(let add): return try step(add)
            case .workdir:
                let comment = try applied(instruction)
                return Step(action: .makeFolder(config.workingDir), comment: comment, isOneWord: true)
            case .expose:
                let comment = try applied(instruction)
                return Step(action: .none, comment: comment, note: evaluator.saysHostPort ? Self.hostPortNote : nil)
            default: return Step(action: .none, comment: try applied(instruction))
            }
        } catch {
            throw error.located(at: instruction.span)
        }
    }

    /// A label that the build adds.
    mutating func step(addingLabel label: KeyValuePair) -> Step {
        evaluator.add(labels: [label])
        return Step(action: .none, comment: "LABEL \(label.key)=\(label.value)")
    }

    private mutating func applied(_ instruction: Instruction) throws(DockerfileError) -> String {
        do { return try evaluator.apply(instruction) } catch { throw DockerfileError(error.message) }
    }

    private mutating func declare(_ declarations: [ArgumentDeclaration]) throws(DockerfileError) -> Step {
        var words: [String] = []
        for declaration in declarations {
            let name = try evaluator.expand(declaration.name)
            let value = try declaration.value.map { value throws(DockerfileError) in try evaluator.expand(value) }
            arguments.declare(name, value)
            if !evaluator.hasVariable(name) { evaluator.variables[name] = arguments.value(of: name) }
            words.append(value.map { "\(name)=\($0)" } ?? name)
        }
        return Step(action: .none, comment: "ARG " + words.joined(separator: " "))
    }
}

// RUN.
extension StageState {
    private func step(_ run: Run) throws(DockerfileError) -> Step {
        guard !run.isPrivileged else {
            throw DockerfileError("RUN --security=insecure is not allowed: commands of builds have no privileges")
        }
        guard run.devices.isEmpty else { throw DockerfileError("RUN --device is not supported") }
        let environment = VariableScope(environment: config.env ?? [])
        let variables = arguments.variables(beside: environment)
        let mounts = try run.mounts.map { flag throws(DockerfileError) in
            try flag.resolved { word throws(DockerfileError) in try evaluator.expand(word) }
        }
        let (command, script) = Self.command(run.command, evaluator)
        let step = RunStep(
            command: command, script: script, arguments: variables.map { "\($0.name)=\($0.value)" },
            keyArguments: variables.filter { arguments.isPartOfStep($0.name) }.map { "\($0.name)=\($0.value)" },
            mounts: mounts, network: run.network)
        return Step(action: .run(step), comment: "")
    }

    /// A here-document that is the whole command is a script: for the shell, or for what its `#!` names.
    private static func command(
        _ command: CommandLine, _ evaluator: ConfigurationEvaluator
    ) -> ([String], RunStep.Script?) {
        guard command.isShell, !command.hereDocuments.isEmpty else { return (evaluator.words(of: command), nil) }
        guard let document = command.script else {
            let text = command.hereDocuments.reduce(command.words.joined(separator: " ")) {
                $0 + "\n" + $1.content + $1.name
            }
            return (evaluator.shell + [text], nil)
        }
        guard document.lines.hasPrefix("#!") else { return (evaluator.shell + [document.lines], nil) }
        let path = "/dev/pipes/" + document.name
        return ([path], RunStep.Script(path: path, content: document.lines))
    }
}

// COPY and ADD.
extension StageState {
    private func step(_ copy: Copy) throws(DockerfileError) -> Step {
        let from = try copy.from.map { name throws(DockerfileError) in try graph.source(named: name) }
        var step = try step(copy.transfer, isAdd: false, from: from)
        step.keepsParents = copy.keepsParents
        for source in step.sources where RemoteSource.isFetched(source) && from == nil {
            let what = RemoteSource.isRepository(source) ? "git ref" : "URL"
            throw DockerfileError("source can't be a \(what) for COPY")
        }
        return Step(action: .copy(step), comment: "COPY", isOneWord: true)
    }

    private func step(_ add: Add) throws(DockerfileError) -> Step {
        var step = try step(add.transfer, isAdd: true, from: nil)
        step.unpacks = add.unpacks
        step.keepsGitFolder = add.keepsGitFolder
        if let text = add.checksum {
            let text = try evaluator.expand(text)
            guard let source = step.sources.first, step.sources.count == 1, RemoteSource.isFetched(source) else {
                throw DockerfileError("checksum can't be specified for multiple or local sources")
            }
            guard !RemoteSource.isRepository(source) else {
                step.commit = text
                return Step(action: .copy(step), comment: "ADD", isOneWord: true)
            }
            do { step.checksum = try Digest(parsing: text) } catch { throw DockerfileError(error.message) }
        }
        return Step(action: .copy(step), comment: "ADD", isOneWord: true)
    }

    private func step(
        _ transfer: Transfer, isAdd: Bool, from: StageGraph.Source?
    ) throws(DockerfileError) -> CopyStep {
        func expand(_ word: String) throws(DockerfileError) -> String { try evaluator.expand(word) }
        let documents = try transfer.documents.map { document throws(DockerfileError) in
            let content =
                try document.isExpanded
                ? WordExpander.forDocuments.expand(document.lines) { evaluator.variables[$0] }.text : document.lines
            return CopyStep.Document(name: document.name, content: content)
        }
        return CopyStep(
            isAdd: isAdd, from: from, sources: try transfer.sources.map(expand), documents: documents,
            destination: try expand(transfer.destination), workingFolder: config.workingDir,
            owner: try transfer.owner.map(expand), mode: try transfer.mode.map(expand), isLinked: transfer.isLinked,
            excludes: try transfer.excludes.map(expand), keepsParents: false, unpacks: nil, checksum: nil,
            commit: nil, keepsGitFolder: nil)
    }
}
