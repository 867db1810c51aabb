internal import Primitives

/// A walk through a stage: what its instructions change, and what the rules say about them.
struct StageWalk {
    struct Finding {
        var rule: LintRule
        var detail: String
        /// Nil: the instruction's own.
        var span: SourceSpan?
    }

    private(set) var state: StageState
    /// About the last instruction.
    private(set) var findings: [Finding] = []
    private var instruction: Instruction
    private let globals: VariableScope
    private let expander: WordExpander
    private let request: CheckRequest

    init(
        of stage: Stage, _ state: StageState, _ globals: VariableScope, _ expander: WordExpander,
        _ request: CheckRequest
    ) {
        instruction = stage.instruction
        self.state = state
        self.globals = globals
        self.expander = expander
        self.request = request
    }

    /// Errors: what the build would refuse. The place may be missing.
    mutating func perform(_ next: Instruction) throws(DockerfileError) {
        instruction = next
        findings = []
        switch instruction.statement {
        case .env(let pairs): try env(pairs)
        case .label(let pairs): try label(pairs)
        case .arg(let declarations): try arg(declarations)
        case .copy(let copy): try transfer(copy.transfer, isFromContext: copy.from == nil)
        case .add(let add):
            if let checksum = add.checksum { _ = try expand(checksum) }
            try transfer(add.transfer, isFromContext: true)
        case .run(let run): for mount in run.mounts { _ = try resolve(mount) }
        case .workdir(let path): try workdir(path)
        case .user(let user): _ = try expand(user)
        case .volume(let paths): for path in paths { try volume(path) }
        case .stopSignal(let signal): try stopSignal(signal)
        case .expose(let words): try expose(words)
        case .cmd(let command), .entrypoint(let command): checkCommand(command)
        case .healthcheck: checkOnlyOne()
        case .shell: state.hasShell = true
        case .onbuild, .maintainer, .from: break
        }
    }

    private mutating func find(_ rule: LintRule, _ detail: String, at span: SourceSpan? = nil) {
        findings.append(Finding(rule: rule, detail: detail, span: span))
    }

    private mutating func expand(_ word: String) throws(DockerfileError) -> String {
        let variables = state.variables
        let expansion = try expander.expand(word) { variables[$0] }
        reportUnknown(expansion.unmatched)
        return expansion.text
    }

    private mutating func reportUnknown(_ names: [String]) {
        guard state.knowsEnvironment else { return }
        for name in names where !state.arguments.contains(name) && !PredefinedArguments.scanners.contains(name) {
            let near = Suggestion.nearest(to: name, among: state.variables.names)
            find(
                .undefinedVar,
                "Usage of undefined variable '$\(name)'" + (near.map { " (did you mean $\($0)?)" } ?? ""))
        }
    }

    private mutating func resolve(_ mount: RunMountFlag) throws(DockerfileError) -> RunMount {
        let (variables, expander) = (state.variables, expander)
        var unknown: [String] = []
        // What is unknown is told even when it makes a mount that is none.
        defer { reportUnknown(unknown) }
        return try mount.resolved { value throws(DockerfileError) in
            let expansion = try expander.expand(value) { variables[$0] }
            unknown += expansion.unmatched
            return expansion.text
        }
    }
}

// Variables.
extension StageWalk {
    /// All words of an instruction see the values from before it.
    private mutating func expanded(_ pairs: [KeyValuePair]) throws(DockerfileError) -> [KeyValuePair] {
        var result: [KeyValuePair] = []
        for pair in pairs {
            result.append(KeyValuePair(try expand(pair.key), try expand(pair.value), isLegacy: pair.isLegacy))
        }
        return result
    }

    private mutating func env(_ pairs: [KeyValuePair]) throws(DockerfileError) {
        for pair in try expanded(pairs) {
            if pair.isLegacy { reportLegacy() }
            checkSecret("ENV", pair.key)
            state.variables[pair.key] = pair.value
        }
    }

    private mutating func label(_ pairs: [KeyValuePair]) throws(DockerfileError) {
        for pair in try expanded(pairs) where pair.isLegacy { reportLegacy() }
    }

    private mutating func reportLegacy() {
        let name = instruction.keyword
        find(
            .legacyKeyValueFormat,
            "\"\(name) key=value\" should be used instead of legacy \"\(name) key value\" format")
    }

    private mutating func arg(_ declarations: [ArgumentDeclaration]) throws(DockerfileError) {
        for declaration in declarations {
            checkSecret("ARG", declaration.name)
            var value = request.buildArguments[declaration.name]
            if value == nil {
                value =
                    try declaration.value.map { text throws(DockerfileError) in try expand(text) }
                    ?? globals[declaration.name]
            }
            if let value, !PredefinedArguments.scanners.contains(declaration.name) {
                state.variables[declaration.name] = value
            }
            state.arguments.insert(declaration.name)
        }
    }

    private mutating func checkSecret(_ keyword: String, _ name: String) {
        guard SecretNames.contains(name) else { return }
        find(
            .secretsUsedInArgOrEnv,
            "Do not use ARG or ENV instructions for sensitive data (\(keyword) \(GoQuoted.text(name)))")
    }
}

// Files and folders.
extension StageWalk {
    private mutating func transfer(_ transfer: Transfer, isFromContext: Bool) throws(DockerfileError) {
        if let owner = transfer.owner { _ = try expand(owner) }
        if let mode = transfer.mode { _ = try expand(mode) }
        var sources: [String] = []
        for source in transfer.sources { sources.append(try expand(source)) }
        _ = try expand(transfer.destination)
        for document in transfer.documents where document.isExpanded { try expandDocument(document) }
        guard isFromContext else { return }
        for source in sources where !RemoteSource.isRemote(source) { checkIgnored(source) }
    }

    private mutating func expandDocument(_ document: HereDocument) throws(DockerfileError) {
        let variables = state.variables
        reportUnknown(try WordExpander.forDocuments.expand(document.content) { variables[$0] }.unmatched)
    }

    /// With exceptions nothing can be said: a file in a folder that is left out may be taken back in.
    private mutating func checkIgnored(_ source: String) {
        guard let ignored = request.ignored, !ignored.isEmpty, !ignored.hasExceptions else { return }
        let path = SlashPath.clean(source)
        let isRoot = path == "." || path == "/"
        guard isRoot ? ignored.ignoresEverything : ignored.ignores(path) else { return }
        var isAdd = false
        if case .add = instruction.statement { isAdd = true }
        find(
            .copyIgnoredFile,
            "Attempting to \(isAdd ? "Add" : "Copy") file \(GoQuoted.text(path)) that is excluded by .dockerignore")
    }

    private mutating func workdir(_ path: String) throws(DockerfileError) {
        let path = try expand(path)
        if !state.hasWorkdir, !path.hasPrefix("/") {
            find(
                .workdirRelativePath,
                "Relative workdir \(GoQuoted.text(path)) can have unexpected results if the base image changes")
        }
        state.hasWorkdir = true
    }

    private mutating func volume(_ path: String) throws(DockerfileError) {
        guard try expand(path).isEmpty else { return }
        throw DockerfileError("VOLUME specified can not be an empty string")
    }
}

// How it runs.
extension StageWalk {
    private mutating func checkCommand(_ command: CommandLine) {
        checkOnlyOne()
        guard command.isShell, !state.hasShell else { return }
        find(
            .jsonArgsRecommended,
            "JSON arguments recommended for \(instruction.keyword) to prevent unintended behavior related to OS signals"
        )
    }

    /// The one before is the one that has no effect.
    private mutating func checkOnlyOne() {
        if let previous = state.last[instruction.name] {
            find(
                .multipleInstructionsDisallowed,
                "Multiple \(instruction.keyword) instructions should not be used in the same stage because only the last "
                    + "one will be used", at: previous)
        }
        state.last[instruction.name] = instruction.span
    }

    private mutating func stopSignal(_ text: String) throws(DockerfileError) {
        let signal = try expand(text)
        do { _ = try Signal.parse(signal) } catch { throw DockerfileError(error.message) }
    }

    private mutating func expose(_ words: [String]) throws(DockerfileError) {
        let variables = state.variables
        for word in words {
            let expansion = try expander.expand(word) { variables[$0] }
            for text in expansion.words {
                let port = try ExposedPort(parsing: text)
                if port.hasOddCase {
                    find(
                        .exposeProtoCasing, "Defined protocol '\(text)' in EXPOSE instruction should be lowercase")
                }
                if port.hasHostPart {
                    find(
                        .exposeInvalidFormat,
                        "EXPOSE instruction should not define an IP address or host-port mapping, found '\(text)'")
                }
            }
        }
    }
}
