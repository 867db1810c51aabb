import APIModel
import Dockerfile
import Primitives
import Synchronization

@testable import ImageBuilder

/// Does steps in memory: an image is the list of what was done.
final class FakeExecutor: StepExecutor {
    struct State {
        var images: [String: ContainerConfig] = ["busybox": ContainerConfig()]
        /// Ids by what they stand on and what was done.
        var made: [String: String] = [:]
        var log: [String] = []
        var running = 0
        var mostRunning = 0
        var failing: Set<String> = []
        var contents: [String: String] = [:]
        /// Layers of linked copies that were made, and neither placed nor let go of.
        var layers: [String] = []
    }

    let state = Mutex(State())
    /// Called while a command runs.
    let whileRunning: @Sendable (String) async -> Void

    init(whileRunning: @escaping @Sendable (String) async -> Void = { _ in }) { self.whileRunning = whileRunning }

    var log: [String] { state.withLock { $0.log } }

    func base(_ name: String, platform: Platform?, _ step: StepReport) async throws(EngineError) -> BuiltImage {
        let config = state.withLock { $0.images[name] }
        guard let config else { throw EngineError(.notFound, "No such image: \(name)") }
        return BuiltImage(id: name, config: config, platform: .host)
    }

    private func key(_ plan: ImagePlan) -> String {
        ([plan.parent.id] + plan.held.map(\.createdBy) + [plan.createdBy]).joined(separator: "|")
    }

    private func image(_ id: String, _ plan: ImagePlan) -> BuiltImage {
        let steps = plan.parent.steps + plan.held.count + 1
        return BuiltImage(id: id, config: plan.config, platform: .host, steps: steps, size: steps << 10)
    }

    func cached(_ plan: ImagePlan) async throws(EngineError) -> BuiltImage? {
        let key = key(plan)
        return state.withLock { $0.made[key] }.map { image($0, plan) }
    }

    private func make(_ plan: ImagePlan, _ what: String) -> BuiltImage {
        let key = key(plan)
        let id = "sha256:" + Digest.sha256(of: Array(key.utf8)).hex
        state.withLock { state in
            state.made[key] = id
            state.log.append(what)
        }
        return image(id, plan)
    }

    typealias Sources = [String]

    func sources(
        of copy: CopyStep, from: BuiltImage?, _ step: StepReport
    ) async throws(EngineError) -> (sources: [String], key: String) {
        let contents = state.withLock { state in copy.sources.map { state.contents[$0] ?? $0 } }
        var place = from?.id ?? "context"
        if case .context(let name) = copy.from { place = name }
        return (copy.sources, place + ":" + contents.joined(separator: ","))
    }

    func contextKey(_ path: String, of context: String) async throws(EngineError) -> String {
        let path = context.isEmpty ? path : context + ":" + path
        return state.withLock { $0.contents[path] ?? path }
    }

    func run(
        _ run: RunStep, mounting stages: [String: BuiltImage], _ plan: ImagePlan, _ step: StepReport
    ) async throws(EngineError) -> BuiltImage {
        let text = run.command.last ?? ""
        await working(text)
        let fails = state.withLock { $0.failing.contains(text) }
        if Task.isCancelled { throw EngineError(.unavailable, "Build cancelled") }
        if fails { throw EngineError(.badParameter, "\(text) failed", cause: BuildFailure(code: 3)) }
        step(.output(stream: 1, Array((text + "\n").utf8)))
        return make(plan, "RUN " + text)
    }

    private func working(_ text: String) async {
        state.withLock { state in
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
        }
        await whileRunning(text)
        state.withLock { $0.running -= 1 }
    }

    func copy(
        _ copy: CopyStep, _ sources: [String], _ plan: ImagePlan, _ step: StepReport
    ) async throws(EngineError) -> BuiltImage {
        make(plan, "COPY " + sources.joined(separator: " "))
    }

    /// Of a linked copy: its sources.
    typealias Layer = String

    func layer(
        of copy: CopyStep, _ sources: [String], createdBy: String, for platform: Platform
    ) async throws(EngineError) -> String {
        let layer = sources.joined(separator: " ")
        await working("layer " + layer)
        if Task.isCancelled { throw EngineError(.unavailable, "Build cancelled") }
        state.withLock { $0.layers.append(layer) }
        return layer
    }

    func place(_ layer: String, _ plan: ImagePlan, _ step: StepReport) async throws(EngineError) -> BuiltImage {
        await letGo(layer)
        return make(plan, "PLACE " + layer)
    }

    func letGo(_ layer: String) async {
        state.withLock { state in
            let place = state.layers.firstIndex(of: layer)
            precondition(place != nil, "a layer is let go of twice")
            if let place { state.layers.remove(at: place) }
        }
    }

    func makeFolder(_ path: String, _ plan: ImagePlan) async throws(EngineError) -> BuiltImage {
        make(plan, "WORKDIR " + path)
    }

    func record(_ plan: ImagePlan) async throws(EngineError) -> BuiltImage { make(plan, plan.createdBy) }
}

/// One build with a fake executor.
struct FakeBuild {
    var executor = FakeExecutor()
    var settings = BuildSettings()
    var style = BuildRequest.StepStyle.ofTotal
    var shared = SharedSteps()

    final class Transcript: Sendable {
        let messages = Mutex<[ProgressMessage]>([])
        var text: String { messages.withLock { $0.compactMap(\.stream).joined() } }
    }

    func plan(_ dockerfile: String) throws -> BuildPlan {
        try BuildPlan(parsing: Array(dockerfile.utf8), settings)
    }

    /// The image and what was said.
    @discardableResult
    func callAsFunction(
        _ dockerfile: String, _ transcript: Transcript = Transcript()
    ) async throws -> (
        image: BuiltImage, text: String, unused: [String]
    ) {
        let plan = try plan(dockerfile)
        let progress = ClassicTranscript(plan, steps: style) { message in
            transcript.messages.withLock { $0.append(message) }
        }
        let solver = Solver(plan, executor, progress, sharing: shared)
        progress.begin()
        defer { progress.end() }
        let image = try await solver.solve()
        return (image, transcript.text, solver.unusedArguments)
    }
}
