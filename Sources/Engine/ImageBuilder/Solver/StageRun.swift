internal import APIModel
internal import Dockerfile
internal import Primitives

/// One stage from its FROM to its last step.
struct StageRun<Executor: StepExecutor> {
    private let solver: Solver<Executor>
    private let number: Int
    private var index = 0
    /// A step was not in the cache, so no later one is.
    private var hasMissed: Bool
    /// The step after this one changes the configuration alone.
    private var isFollowed = false
    private var ahead: CopiesAhead<Executor>

    private var plan: BuildPlan { solver.plan }
    private var node: StageGraph.Node { plan.graph.nodes[number] }
    private var report: StepReport { StepReport(StepID(stage: number, index: index), solver.progress) }

    init(_ solver: Solver<Executor>, _ number: Int) {
        self.solver = solver
        self.number = number
        hasMissed = solver.plan.settings.ignoresCache
        ahead = CopiesAhead(solver, solver.plan.graph.nodes[number].stage.instructions)
    }

    mutating func run() async throws(EngineError) -> BuiltImage {
        let result: Result<BuiltImage, EngineError>
        do throws(EngineError) { result = .success(try await steps()) } catch { result = .failure(error) }
        ahead.end()
        solver.progress.finished(stage: number, image: (try? result.get())?.id ?? "")
        return try result.get()
    }

    private mutating func steps() async throws(EngineError) -> BuiltImage {
        var state = try await begin()
        defer { solver.note(arguments: state.argumentNames) }
        for instruction in node.stage.instructions {
            index += 1
            isFollowed = isConfiguration(index + 1)
            let report = report
            try await Self.reporting(report) { () throws(EngineError) in
                report(.started)
                try await perform(try state.located(instruction, in: plan), &state)
                report(.finished(image: state.held.isEmpty ? state.image.id : nil))
            }
        }
        if number == plan.graph.target { try await addLabels(&state) }
        return state.image
    }

    /// Whether there is a step at a place of the stage, and it changes no files.
    private func isConfiguration(_ index: Int) -> Bool {
        let instructions = node.stage.instructions
        guard index > instructions.count else { return !instructions[index - 1].statement.changesFiles }
        return number == plan.graph.target && index <= instructions.count + plan.settings.labels.count
    }

    /// FROM, and the triggers of its image.
    private mutating func begin() async throws(EngineError) -> StageState {
        let report = report
        // A stage that stands on another begins when that is there.
        if case .stage(let number) = node.base { _ = try await solver.outcome(of: number).get() }
        return try await Self.reporting(report) { () throws(EngineError) in
            report(.started)
            let base = try await base(report)
            if number == plan.graph.target { solver.note(targetBase: base.id) }
            var state = StageState(base, plan)
            if case .context(let name) = node.base {
                try await perform(.all(of: name), Step(action: .none, comment: "COPY", isOneWord: true), &state)
            }
            let triggers = base.config.onBuild ?? []
            if !triggers.isEmpty {
                report(.note("# Executing \(triggers.count) build trigger\(triggers.count > 1 ? "s" : "")"))
            }
            for trigger in triggers {
                try await perform(try state.located(try instruction(of: trigger), in: plan), &state)
            }
            report(.finished(image: state.image.id))
            return state
        }
    }

    private func instruction(of trigger: String) throws(EngineError) -> Instruction {
        do { return try SyntaxTree.trigger(trigger, escape: plan.escape, at: node.stage.span) } catch {
            throw error.engineError
        }
    }

    private func base(_ report: StepReport) async throws(EngineError) -> BuiltImage {
        let platform = node.from.platform ?? plan.settings.platform
        switch node.base {
        case .scratch: return BuiltImage(id: "", config: ContainerConfig(), platform: platform ?? .host)
        case .image(let name): return try await solver.executor.base(name, platform: platform, report)
        case .stage(let number): return try await solver.outcome(of: number).get()
        case .context: return BuiltImage(id: "", config: ContainerConfig(), platform: platform ?? .host)
        }
    }

    private mutating func addLabels(_ state: inout StageState) async throws(EngineError) {
        for label in plan.labels {
            index += 1
            isFollowed = isConfiguration(index + 1)
            let report = report
            try await Self.reporting(report) { () throws(EngineError) in
                report(.started)
                try await perform(state.step(addingLabel: label), &state)
                report(.finished(image: state.held.isEmpty ? state.image.id : nil))
            }
        }
    }

    /// Says what failed, and that the build was called off where that is why.
    private static func reporting<Value>(
        _ report: StepReport, _ body: () async throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        do throws(EngineError) {
            guard !Task.isCancelled else { throw Solver<Executor>.cancelled }
            return try await body()
        } catch {
            let shown = Task.isCancelled ? Solver<Executor>.cancelled : error
            report(.failed(shown.message))
            throw shown
        }
    }
}

// What a step does.
extension StageRun {
    private mutating func perform(_ step: Step, _ state: inout StageState) async throws(EngineError) {
        let executor = solver.executor
        if let note = step.note { report(.note(note)) }
        switch step.action {
        case .none:
            let command = Self.command(step, nil, state)
            if isFollowed, state.hold(command) { return }
            try await make(step, &state) { (_, plan) throws(EngineError) in try await executor.record(plan) }
        case .makeFolder(let path):
            try await make(step, &state) { (_, plan) throws(EngineError) in
                try await executor.makeFolder(path, plan)
            }
        case .run(let run): try await perform(run, step, &state)
        case .copy(let copy): try await perform(copy, step, &state)
        }
    }

    private mutating func perform(
        _ run: RunStep, _ step: Step, _ state: inout StageState
    ) async throws(EngineError) {
        let stages = try await stages(of: run)
        let (report, executor) = (report, solver.executor)
        var run = run
        for (place, mount) in run.mounts.enumerated() where mount.kind == .bind || mount.kind == .cache {
            if let image = stages[mount.from] {
                run.contents[place] = image.id
            } else if mount.kind == .bind || !mount.from.isEmpty {
                run.contents[place] = try await executor.contextKey(mount.source, of: mount.from)
            }
        }
        let known = run
        try await make(step, &state, run: known) { (_, plan) throws(EngineError) in
            try await executor.run(known, mounting: stages, plan, report)
        }
    }

    /// Images of the stages that a command's mounts name; contexts have none.
    private func stages(of run: RunStep) async throws(EngineError) -> [String: BuiltImage] {
        var images: [String: BuiltImage] = [:]
        for mount in run.mounts where !mount.from.isEmpty && images[mount.from] == nil {
            let source: StageGraph.Source
            do { source = try plan.graph.source(named: mount.from) } catch { throw error.engineError }
            images[mount.from] = try await image(of: source)
        }
        return images
    }

    /// Nil for a context.
    private func image(of source: StageGraph.Source) async throws(EngineError) -> BuiltImage? {
        switch source {
        case .context: nil
        case .scratch: .scratch
        case .image(let name): try await solver.executor.base(name, platform: plan.settings.platform, report)
        case .stage(let number): try await solver.outcome(of: number).get()
        }
    }

    private mutating func perform(
        _ copy: CopyStep, _ step: Step, _ state: inout StageState
    ) async throws(EngineError) {
        let (sources, key) = try await sources(of: copy)
        let (report, executor, place) = (report, solver.executor, index - 1)
        var step = step
        step.comment = copy.comment(key: key)
        guard copy.isLinked else {
            return try await make(step, &state) { (_, plan) throws(EngineError) in
                try await executor.copy(copy, sources, plan, report)
            }
        }
        try await make(step, &state) { (stage, plan) throws(EngineError) in
            let layer =
                if let ready = try await stage.ahead.takeLayer(at: place, createdBy: plan.createdBy) { ready } else {
                    try await executor.layer(of: copy, sources, createdBy: plan.createdBy, for: plan.parent.platform)
                }
            return try await executor.place(layer, plan, report)
        }
        ahead.end(at: place)
    }

    private func sources(of copy: CopyStep) async throws(EngineError) -> (Executor.Sources, key: String) {
        if copy.isLinked, let found = try await ahead.found(at: index - 1) { return (found.sources, found.key) }
        var from: BuiltImage?
        if let source = copy.from { from = try await image(of: source) }
        return try await solver.executor.sources(of: copy, from: from, report)
    }
}

// From a step to its image.
extension StageRun {
    /// From the cache if it is there, else by `body`.
    private mutating func make(
        _ step: Step, _ state: inout StageState, run: RunStep? = nil,
        _ body: (inout StageRun, ImagePlan) async throws(EngineError) -> BuiltImage
    ) async throws(EngineError) {
        let image = ImagePlan(
            parent: state.image, held: state.held, config: state.config,
            stepConfig: Self.stepConfig(step, run, state), author: state.author)
        let key =
            plan.settings.ignoresCache ? nil : image.key(epoch: plan.settings.arguments["SOURCE_DATE_EPOCH"] ?? nil)
        while let key, !hasMissed {
            if let found = try await cached(image) { return state.advance(to: found) }
            guard await !solver.shared.enter(key) else { break }
            // What somebody else did just now is in the cache, or has failed.
            guard !Task.isCancelled else { throw Solver<Executor>.cancelled }
        }
        let isShared = !hasMissed && key != nil
        defer { if let key, isShared { solver.shared.leave(key) } }
        hasMissed = true
        beginAhead(state)
        state.advance(to: try await body(&self, image))
    }

    /// Not yet where the triggers of the base are at work.
    private mutating func beginAhead(_ state: StageState) {
        guard index > 0 else { return }
        let (number, progress) = (number, solver.progress)
        ahead.begin(behind: index - 1, state) { place in
            StepReport(StepID(stage: number, index: place + 1), progress)
        }
    }

    private func cached(_ image: ImagePlan) async throws(EngineError) -> BuiltImage? {
        guard let found = try await solver.executor.cached(image) else { return nil }
        report(.cached)
        return found
    }

    /// Docker's `container_config`: the configuration with what the step did in place of the command.
    private static func stepConfig(_ step: Step, _ run: RunStep?, _ state: StageState) -> ContainerConfig {
        var config = state.config
        config.cmd = command(step, run, state)
        if let run, !run.command.isEmpty { config.entrypoint = nil }
        return config
    }

    private static func command(_ step: Step, _ run: RunStep?, _ state: StageState) -> [String] {
        guard let run else { return state.command(of: step) }
        let arguments = run.keyArguments.isEmpty ? [] : ["|\(run.keyArguments.count)"] + run.keyArguments
        return arguments + run.keyCommand
    }
}

extension StageState {
    /// What the history says of a step that is no command.
    func command(of step: Step) -> [String] {
        evaluator.shell + (step.isOneWord ? ["#(nop) " + step.comment] : ["#(nop) ", step.comment])
    }

    /// A step, with the lines it stands on in front of what is wrong with it.
    fileprivate mutating func located(_ instruction: Instruction, in plan: BuildPlan) throws(EngineError) -> Step {
        do { return try step(instruction) } catch {
            let place = error.spans.last.map { "\(plan.settings.dockerfileName):\($0.lines.lowerBound): " } ?? ""
            throw EngineError(.badParameter, place + error.message, cause: nil)
        }
    }
}

extension CopyStep {
    /// All that is in a named context, as a stage that begins with it has it.
    fileprivate static func all(of context: String) -> CopyStep {
        CopyStep(
            isAdd: false, from: .context(context), sources: ["."], documents: [], destination: "/", workingFolder: "",
            owner: nil, mode: nil, isLinked: false, excludes: [], keepsParents: false, unpacks: nil, checksum: nil,
            keepsGitFolder: false)
    }

    /// What the history says of it: `key` names what it copies.
    func comment(key: String) -> String { name + " " + flagsText + "\(key) in \(shownDestination) " }

    /// Flags that change what is made.
    private var flagsText: String {
        var flags: [String] = []
        if isLinked { flags.append("--link") }
        if let owner { flags.append("--chown=\(owner)") }
        if let mode { flags.append("--chmod=\(mode)") }
        if keepsParents { flags.append("--parents") }
        if let unpacks { flags.append("--unpack=\(unpacks)") }
        return flags.map { $0 + " " }.joined()
    }

    /// Of a linked copy all that it depends on: it knows no folder of the image that it is in.
    private var shownDestination: String {
        guard isLinked else { return destination }
        let place = SlashPath.joined(workingFolder.isEmpty ? "/" : workingFolder, destination)
        return hasFolderDestination && !place.hasSuffix("/") ? place + "/" : place
    }
}

extension RunStep {
    /// The command as the cache knows it: with what it mounts and what that holds, how it is connected and what its script is.
    var keyCommand: [String] {
        let mounts = mounts.enumerated().map { place, mount in
            "--mount=\(mount.keyText)" + (contents[place].map { ",content=\($0)" } ?? "")
        }
        let network = network == .default ? [] : ["--network=\(network.rawValue)"]
        let script = script.map { ["#(script) " + $0.content] } ?? []
        let flags = mounts + network + script
        return (flags.isEmpty ? [] : ["#(flags) " + flags.joined(separator: " ")]) + command
    }
}

extension RunMount {
    /// What of a mount can change what the command makes. A secret's value is no part of it.
    fileprivate var keyText: String {
        var fields = ["type=\(kind.rawValue)"]
        for (name, value) in [("from", from), ("source", source), ("target", target), ("id", id)] where !value.isEmpty {
            fields.append("\(name)=\(value)")
        }
        if let variable { fields.append("env=\(variable.isEmpty ? id : variable)") }
        if !isReadOnly { fields.append("rw") }
        if let size { fields.append("size=\(size.bytes)") }
        let numbers = [("mode", mode), ("uid", uid), ("gid", gid)]
        for case (let name, let value?) in numbers { fields.append("\(name)=\(value)") }
        return fields.joined(separator: ",")
    }
}
