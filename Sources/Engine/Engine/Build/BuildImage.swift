public import APIModel
internal import Dockerfile
internal import ImageBuilder
internal import ImageStore
public import Primitives

extension Engine {
    public func buildImage(
        _ request: BuildRequest, context: ByteChannel?, progress: @escaping ProgressReport
    ) async throws(EngineError) {
        let build = try Build(self, request, progress)
        // Ends with the build; `cancelBuild` and a client that leaves end it early.
        let task = Task { () async -> Result<Void, EngineError> in
            do throws(EngineError) { return .success(try await build.run(context)) } catch { return .failure(error) }
        }
        let number = builds.add(request.id, task, build.agents)
        defer {
            builds.remove(number)
            build.agents.close()
            build.kept.letGo()
        }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        try result.get()
    }

    /// Before an orderly end: nobody could go on with a build, so nothing of one is left.
    public func endBuilds() async { await builds.end() }

    public func cancelBuild(_ id: String) async throws(EngineError) {
        guard builds.cancel(id) else { throw EngineError(.notFound, "no build with the id \(id)") }
    }
}

/// One build from its request to its names.
struct Build: Sendable {
    /// Whom the client forwards.
    let agents: AgentDesk
    let engine: Engine
    let request: BuildRequest
    let report: ProgressReport
    let outputs: BuildOutputs
    /// Of a quiet build whose answer is the classic one.
    private let held: HeldWords?
    private let answer: ProgressReport
    private let settings: BuildSettings
    /// What it needs, to its last name.
    let kept: KeptImages

    /// Errors: what is wrong with the request by itself.
    init(_ engine: Engine, _ request: BuildRequest, _ report: @escaping ProgressReport) throws(EngineError) {
        self.engine = engine
        self.request = request
        agents = AgentDesk(request.agents)
        answer = report
        if request.isQuiet && request.progress == .classic {
            let held = HeldWords(report)
            self.held = held
            self.report = { held.take($0) }
        } else {
            held = nil
            self.report = report
        }
        outputs = try BuildOutputs(request)
        guard request.securityOptions.isEmpty else {
            let text = "The daemon on this platform does not support setting security options on build"
            throw EngineError(.badParameter, text)
        }
        settings = try BuildSettings(request)
        kept = engine.images.keepingImages()
    }

    func run(_ body: ByteChannel?) async throws(EngineError) {
        do throws(EngineError) {
            let made = try await make(body)
            defer { letGo(made) }
            try await tag(made.id)
            if held != nil { answer(ProgressMessage(stream: made.id.description + "\n")) }
            guard let image = made.held else { return }
            kept.letGo()
            try await offer(image)
        } catch {
            held?.release()
            throw error
        }
    }

    private func make(_ body: ByteChannel?) async throws(EngineError) -> MadeImage {
        let contexts = try await engine.receiveContexts(request, body: body, progress: report)
        defer { for context in contexts.all { engine.discard(context) } }
        let plan = try plan(contexts.main)
        try await engine.checkRules(of: contexts.main, request)
        guard !Task.isCancelled else { throw EngineError(.unavailable, "Build cancelled") }
        let (image, base) = try await solve(plan, contexts)
        let id = try Digest(parsing: image.id)
        return request.squashes ? try await squash(id, onto: base) : try await made(id)
    }

    private func plan(_ context: BuildContext) throws(EngineError) -> BuildPlan {
        do {
            var settings = settings
            settings.dockerfileName = context.dockerfileName
            return try BuildPlan(parsing: context.dockerfile, settings)
        } catch {
            throw error.engineError(in: context.dockerfileName)
        }
    }

    /// The target's image, and the one that it stands on.
    private func solve(
        _ plan: BuildPlan, _ contexts: BuildContexts
    ) async throws(EngineError) -> (image: BuiltImage, base: String) {
        let session = BuildSession(engine, request, contexts, agents, keeping: kept)
        let transcript: any BuildProgress =
            switch request.progress {
            case .classic: ClassicTranscript(plan, steps: request.steps, report)
            case .status: StatusTranscript(plan, report)
            }
        let solver = Solver(plan, session, transcript, sharing: engine.sharedSteps)
        transcript.begin()
        defer { transcript.end() }
        let image = try await solver.solve()
        guard !image.id.isEmpty else {
            throw EngineError(.badParameter, "No image was generated. Is your Dockerfile empty?")
        }
        warn(of: solver.unusedArguments)
        return (image, solver.targetBase)
    }

    private func warn(of unused: [String]) {
        guard !unused.isEmpty else { return }
        let text = "[Warning] One or more build-args [\(unused.joined(separator: " "))] were not consumed\n"
        say(text)
    }

    /// In the classic answer only.
    private func say(_ text: String) {
        if request.progress == .classic { report(ProgressMessage(stream: text)) }
    }

    private func tag(_ id: Digest) async throws(EngineError) {
        let start = Timestamp.now()
        // Of a squashed image no stage has told.
        if request.progress == .status || request.squashes { report(ProgressMessage(imageID: id.description)) }
        say("Successfully built \(id.short)\n")
        for name in outputs.names {
            _ = try await engine.workers.run { [engine] in try engine.images.tag(id, as: name) }
            engine.publishImage("tag", id: id.description, name: name.familiar)
            // Docker up to 1.13 didn't say it.
            if request.steps == .ofTotal { say("Successfully tagged \(name.familiar)\n") }
        }
        guard request.progress == .status, outputs.keepsImage else { return }
        let names = outputs.names.map(\.canonical)
        if let message = ExportStatus.message(id.description, names: names, from: start, to: .now()) { report(message) }
    }
}

extension BuildSettings {
    fileprivate init(_ request: BuildRequest) throws(EngineError) {
        self.init()
        arguments = request.arguments
        labels = request.labels
        target = request.target
        if !request.platform.isEmpty { platform = try Platform(parsing: request.platform) }
        ignoresCache = request.ignoresCache
        for context in request.contexts {
            let isImage = context.source.hasPrefix(BuildContextName.imagePrefix)
            let reference = String(context.source.dropFirst(BuildContextName.imagePrefix.count))
            contexts[context.name] = isImage ? .image(reference) : .files
        }
    }
}

extension DockerfileError {
    /// With the file's name and the line.
    func engineError(in file: String) -> EngineError {
        guard let line = spans.last?.lines.lowerBound, !message.contains("on line") else {
            return EngineError(.badParameter, message)
        }
        return EngineError(.badParameter, "\(file):\(line): \(message)")
    }
}
