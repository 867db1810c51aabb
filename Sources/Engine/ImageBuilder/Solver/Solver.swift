internal import APIModel
internal import Dockerfile
public import Primitives
internal import Synchronization

/// Builds a plan: stages that do not need each other at the same time, steps of a stage one after the other, those that
/// were made before not at all.
public final class Solver<Executor: StepExecutor>: Sendable {
    let plan: BuildPlan
    let executor: Executor
    let progress: any BuildProgress
    let shared: SharedSteps
    private let outcomes: [StageOutcome]
    private let used = Mutex(UsedArguments())
    private let base = Mutex("")
    /// What goes on though nobody wants it any more; it was called off.
    private let abandoned = Mutex<[Task<Void, Never>]>([])

    public init(_ plan: BuildPlan, _ executor: Executor, _ progress: any BuildProgress, sharing shared: SharedSteps) {
        self.plan = plan
        self.executor = executor
        self.progress = progress
        self.shared = shared
        outcomes = plan.graph.nodes.map { _ in StageOutcome() }
        for instruction in plan.globalArguments {
            guard case .arg(let declarations) = instruction.statement else { continue }
            used.withLock { $0.formUnion(declarations.map(\.name)) }
        }
    }

    /// The target's image. Errors: the first step's that failed; all others are called off then. Cancelling ends it with
    /// `unavailable`.
    public func solve() async throws(EngineError) -> BuiltImage {
        let failure = await withTaskGroup(of: EngineError?.self) { group in
            for number in plan.order {
                group.addTask { [self] in
                    guard case .failure(let error) = await outcome(of: number) else { return nil }
                    return error
                }
            }
            var first: EngineError?
            for await error in group where error != nil && first == nil {
                first = error
                group.cancelAll()
            }
            return first
        }
        for task in abandoned.withLock({ $0 }) { await task.value }
        if let failure { throw failure }
        return try await outcome(of: plan.graph.target).get()
    }

    /// What was given for ARGs that no stage has; meaningful at the end.
    public var unusedArguments: [String] { used.withLock { $0 }.unused(of: plan.settings.arguments) }

    /// The image that the target's FROM gave, empty for nothing; meaningful at the end.
    public var targetBase: String { base.withLock { $0 } }

    func note(targetBase id: String) { base.withLock { $0 = id } }

    func note(arguments: [String]) { used.withLock { $0.formUnion(arguments) } }

    /// Builds a stage, or waits for it.
    func outcome(of number: Int) async -> Result<BuiltImage, EngineError> {
        guard outcomes[number].claim() else { return await outcomes[number].value() }
        let result: Result<BuiltImage, EngineError>
        do throws(EngineError) {
            var stage = StageRun(self, number)
            result = .success(try await stage.run())
        } catch {
            result = .failure(error)
        }
        outcomes[number].give(result)
        return result
    }

    /// Waits for a stage that somebody else builds.
    func awaitedOutcome(of number: Int) async -> Result<BuiltImage, EngineError> { await outcomes[number].value() }

    /// The build's end waits for it, its stage does not: it may be waiting for another stage, which has to end first.
    func abandon(_ body: @escaping @Sendable () async -> Void) {
        let task = Task { await body() }
        abandoned.withLock { $0.append(task) }
    }

    static var cancelled: EngineError { EngineError(.unavailable, "Build cancelled") }
}
