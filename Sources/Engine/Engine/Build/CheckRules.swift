internal import APIModel
internal import Dockerfile
internal import ImageModel
internal import ImageStore
internal import Primitives

extension Engine {
    /// `# check=error=true`: as with BuildKit such a file is not built while a rule finds something. Docker's classic builder
    /// takes the line for a comment.
    func checkRules(of context: BuildContext, _ request: BuildRequest) async throws(EngineError) {
        var check = CheckRequest()
        check.buildArguments = request.arguments.compactMapValues(\.self)
        guard request.progress == .status, Linter.isStrict(context.dockerfile, check.buildArguments) else { return }
        check.target = request.target
        if !request.platform.isEmpty { check.platform = try Platform(parsing: request.platform) }
        check.baseImage = { [self] name in knownBase(name) }
        let (source, request) = (SourceText(name: context.dockerfileName, bytes: context.dockerfile), check)
        let report = try await workers.run { Linter.check(source, request) }
        // All else that is wrong is for the build to say.
        guard report.failsOnWarnings, let failure = report.failure else { return }
        throw EngineError(.badParameter, failure.message)
    }

    /// Blocking. What is here of an image to build upon.
    private func knownBase(_ name: String) -> BaseImage? {
        guard let image = try? resolveForCreate(name) else { return nil }
        let config = image.containerConfig
        return BaseImage(
            environment: config?.env ?? [], shell: config?.shell ?? [], triggers: config?.onBuild ?? [],
            platform: image.config.platform)
    }
}
