internal import Dockerfile
internal import Primitives

/// Copies of a stage that depend on nothing below them (`COPY --link`): their layers are made at the same time, while the
/// steps before them still are.
///
/// They begin with the first step of the stage that is not in the cache, some at a time, and wait for their turn to be put onto the
/// image. Those that never have one, as a step before them failed, are called off and leave nothing.
struct CopiesAhead<Executor: StepExecutor> {
    /// One that has begun.
    private struct Begun {
        let found: Task<Found, any Error>
        let layer: Task<Executor.Layer, any Error>
    }

    struct Found {
        var sources: Executor.Sources
        var key: String
        /// What the image's history is to say.
        fileprivate var createdBy: String
    }

    /// Of one stage, so many at most that have not had their turn.
    static var most: Int { 8 }

    private let solver: Solver<Executor>
    private let instructions: [Instruction]
    /// Their places among the instructions, those first that were not looked at yet.
    private var places: ArraySlice<Int>
    /// The stage as it is in front of an instruction, and that instruction's place.
    private var future: (state: StageState, place: Int)?
    private var begun: [Int: Begun] = [:]

    init(_ solver: Solver<Executor>, _ instructions: [Instruction]) {
        self.solver = solver
        self.instructions = instructions
        places = instructions.indices.filter { instructions[$0].statement.isLinkedCopy }[...]
    }

    /// The step of an instruction has to be made, and `state` is the stage with its configuration: begins what can be begun.
    mutating func begin(behind place: Int, _ state: StageState, report: (_ place: Int) -> StepReport) {
        places = places.drop { $0 <= place }
        if future.map({ $0.place <= place }) ?? true { future = (state, place + 1) }
        while let next = places.first, begun.count < Self.most {
            // What is wrong with an instruction is said at its turn.
            guard let step = step(at: next) else { return places = [] }
            places.removeFirst()
            guard case .copy(let copy) = step.action, Self.canBegin(copy), let state = future?.state else { continue }
            begun[next] = start(copy, state, report(next))
        }
    }

    /// Evaluates the instructions up to one, and that.
    private mutating func step(at place: Int) -> Step? {
        guard var (state, next) = future else { return nil }
        var step: Step?
        while next <= place {
            guard let done = try? state.step(instructions[next]) else { return nil }
            step = done
            next += 1
        }
        future = (state, next)
        return step
    }

    /// What has to be fetched says so at its turn.
    private static func canBegin(_ copy: CopyStep) -> Bool {
        if case .image = copy.from { return false }
        return !copy.isAdd
    }

    private func start(_ copy: CopyStep, _ state: StageState, _ report: StepReport) -> Begun {
        let (solver, platform) = (solver, state.image.platform)
        let found = Task {
            var from: BuiltImage?
            if case .stage(let number) = copy.from { from = try await solver.awaitedOutcome(of: number).get() }
            if case .scratch = copy.from { from = .scratch }
            let (sources, key) = try await solver.executor.sources(of: copy, from: from, report)
            let step = Step(action: .copy(copy), comment: copy.comment(key: key), isOneWord: true)
            return Found(sources: sources, key: key, createdBy: state.command(of: step).joined(separator: " "))
        }
        let layer = Task {
            let found = try await found.value
            return try await solver.executor.layer(of: copy, found.sources, createdBy: found.createdBy, for: platform)
        }
        return Begun(found: found, layer: layer)
    }

    /// The sources of the copy at a place, if it has begun.
    func found(at place: Int) async throws(EngineError) -> Found? {
        guard let task = begun[place]?.found else { return nil }
        return try await Self.value(of: task)
    }

    /// Its layer, which is the caller's from now on. Nil if it has not begun, or is not what the step makes.
    mutating func takeLayer(at place: Int, createdBy: String) async throws(EngineError) -> Executor.Layer? {
        guard let copy = begun[place] else { return nil }
        guard try await Self.value(of: copy.found).createdBy == createdBy else { return nil }
        let layer = try await Self.value(of: copy.layer)
        begun[place] = nil
        return layer
    }

    /// The copy had its turn, and may not have needed what was made.
    mutating func end(at place: Int) {
        if let copy = begun.removeValue(forKey: place) { abandon(copy) }
    }

    /// Nothing more is needed.
    mutating func end() {
        for copy in begun.values { abandon(copy) }
        begun = [:]
    }

    private func abandon(_ copy: Begun) {
        copy.found.cancel()
        copy.layer.cancel()
        solver.abandon { [solver] in
            if case .success(let layer) = await copy.layer.result { await solver.executor.letGo(layer) }
        }
    }

    private static func value<Value>(of task: Task<Value, any Error>) async throws(EngineError) -> Value {
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw error as? EngineError ?? Solver<Executor>.cancelled
        }
    }
}

extension Statement {
    fileprivate var isLinkedCopy: Bool {
        if case .copy(let copy) = self { copy.transfer.isLinked } else { false }
    }
}
