public import Dockerfile
internal import Primitives

/// A Dockerfile as it will be built: which stages, in which order, with how many steps.
public struct BuildPlan: Sendable {
    let settings: BuildSettings
    let graph: StageGraph
    let escape: UInt8
    let globals: VariableScope
    /// The ARGs before the first FROM.
    let globalArguments: [Instruction]
    /// Numbers of the stages that are needed, each after those that it needs.
    let order: [Int]
    /// All steps that are shown.
    let stepCount: Int
    /// How many of them are shown before a stage's, by its number.
    private let offsets: [Int: Int]

    /// Reads a whole Dockerfile. Errors: the first thing that is wrong, with its place.
    public init(parsing dockerfile: [UInt8], _ settings: BuildSettings) throws(DockerfileError) {
        let tree = try SyntaxTree(parsing: dockerfile)
        self.settings = settings
        escape = tree.directives.escape
        globalArguments = tree.globalArguments
        let stages = try tree.stages()
        let expander = WordExpander(escape: escape)
        var scope = PredefinedArguments.scope(
            build: .host, target: settings.platform ?? .host, stage: settings.target.isEmpty ? nil : settings.target,
            overrides: settings.arguments.compactMapValues(\.self))
        let names = scope.names
        try scope.declare(
            globalArguments, settings.arguments.compactMapValues(\.self), expander)
        globals = scope
        let sources = try stages.map { stage throws(DockerfileError) in
            try ResolvedFrom(stage, FromExpansion(stage, scope, expander), known: names)
        }
        graph = try StageGraph(
            stages, sources, target: settings.target, escape: escape, contexts: settings.contexts)
        order = Self.order(of: graph)
        var count = globalArguments.count
        var offsets: [Int: Int] = [:]
        for number in order {
            offsets[number] = count
            count += Self.stepCount(of: number, graph, settings)
        }
        (stepCount, self.offsets) = (count, offsets)
    }

    /// The stages that the target needs. Of those that may come in any order the earlier one comes first.
    private static func order(of graph: StageGraph) -> [Int] {
        var order: [Int] = []
        var done: Set<Int> = []
        let reachable = graph.reachable
        for start in reachable.sorted() {
            var waiting = [start]
            while let number = waiting.last {
                let missing = graph.stagesNeeded(by: number).filter { !done.contains($0) }.sorted()
                if done.contains(number) {
                    waiting.removeLast()
                } else if let next = missing.first {
                    waiting.append(next)
                } else {
                    waiting.removeLast()
                    done.insert(number)
                    order.append(number)
                }
            }
        }
        return order
    }

    /// Steps of one stage: FROM, its instructions, and of the target the labels that the build adds.
    private static func stepCount(of number: Int, _ graph: StageGraph, _ settings: BuildSettings) -> Int {
        1 + graph.nodes[number].stage.instructions.count + (number == graph.target ? settings.labels.count : 0)
    }

    /// How many steps are shown before a stage's.
    func offset(of number: Int) -> Int { offsets[number] ?? stepCount }

    /// Labels that the build adds, by name.
    var labels: [KeyValuePair] {
        settings.labels.sorted { $0.key < $1.key }.map { KeyValuePair($0.key, $0.value) }
    }
}

extension StageGraph {
    /// Numbers of the stages that a stage stands on or copies from.
    func stagesNeeded(by number: Int) -> [Int] {
        let sources = [nodes[number].base] + nodes[number].dependencies.map(\.source)
        return sources.compactMap { if case .stage(let needed) = $0 { needed } else { nil } }
    }
}
