/// Which stage needs which, and which of them a target needs.
public struct StageGraph: Sendable {
    /// Where files or a base come from.
    public enum Source: Sendable, Hashable {
        case scratch
        case image(String)
        /// A stage's number.
        case stage(Int)
        /// The files of a named context.
        case context(String)
    }

    public struct Node: Sendable {
        public var stage: Stage
        public var from: ResolvedFrom
        public var base: Source
        /// ONBUILD triggers of a base that is a stage; they run before the stage's own instructions.
        var triggers: [Instruction]
        /// What it takes from elsewhere, in order.
        public var dependencies: [Dependency]

        /// All that runs. Triggers stand where the FROM stands that sets them off.
        public var instructions: [Instruction] {
            let placed = triggers.map { trigger in
                var trigger = trigger
                trigger.span = stage.span
                return trigger
            }
            return placed + stage.instructions
        }
    }

    public struct Dependency: Sendable {
        public var source: Source
        /// The COPY or RUN.
        public var span: SourceSpan
    }

    public private(set) var nodes: [Node] = []
    /// The stage that is built: the last one, or the one asked for.
    public private(set) var target = 0
    /// Numbers by name; of several with one name the last counts.
    private var numbers: [String: Int] = [:]
    private let contexts: NamedContexts

    /// How many instructions may run, triggers included.
    public static let longest = 1_000_000

    /// `sources` has one element a stage. `contexts` count more than stages and images. Errors: a target there is not, COPY from a variable or from a number there is
    /// not, stages that wait for each other.
    public init(
        _ stages: [Stage], _ sources: [ResolvedFrom], target: String? = nil, escape: UInt8 = UInt8(ascii: "\\"),
        contexts: NamedContexts = NamedContexts()
    ) throws(DockerfileError) {
        self.contexts = contexts
        try addNodes(stages, sources, escape)
        try findTarget(target)
        for index in nodes.indices { nodes[index].dependencies = try dependencies(of: nodes[index]) }
        try checkCircles()
    }

    /// A stage's base is an earlier stage of that name, whatever later ones are called.
    private mutating func addNodes(
        _ stages: [Stage], _ sources: [ResolvedFrom], _ escape: UInt8
    ) throws(DockerfileError) {
        var triggers: [Int: [Instruction]] = [:]
        var count = 0
        for (stage, from) in zip(stages, sources) {
            var node = Node(stage: stage, from: from, base: .image(from.base), triggers: [], dependencies: [])
            if let source = stage.from.stage.flatMap(contexts.source(named:)) {
                // The context is all there is of the stage.
                (node.base, node.stage.instructions) = (source, [])
            } else if let source = contexts.source(named: from.base) {
                node.base = source
            } else if let number = numbers[from.base] {
                node.base = .stage(number)
                if triggers[number] == nil {
                    triggers[number] = try Self.triggers(of: nodes[number].stage, for: stage, escape)
                }
                node.triggers = triggers[number] ?? []
                count += node.triggers.count
            } else if from.base == "scratch" {
                node.base = .scratch
            }
            count += node.stage.instructions.count
            guard count <= Self.longest else {
                throw DockerfileError("the stages have more than \(Self.longest) instructions", at: stage.span)
            }
            if let name = stage.from.stage { numbers[name] = nodes.count }
            nodes.append(node)
        }
    }

    private static func triggers(
        of base: Stage, for stage: Stage, _ escape: UInt8
    ) throws(DockerfileError) -> [Instruction] {
        var triggers: [Instruction] = []
        for instruction in base.instructions {
            guard case .onbuild(let text) = instruction.statement else { continue }
            triggers.append(try SyntaxTree.trigger(text, escape: escape, at: stage.span))
        }
        return triggers
    }

    private mutating func findTarget(_ name: String?) throws(DockerfileError) {
        target = max(0, nodes.count - 1)
        guard let name, !name.isEmpty else { return }
        if let number = numbers[name.lowercased()] ?? Int(name), nodes.indices.contains(number) {
            target = number
            return
        }
        throw DockerfileError(
            "target stage \(GoQuoted.text(name)) could not be found"
                + Suggestion.hint(for: name, among: nodes.map(\.stage.label)))
    }

    /// A source named by `--from`: a number, a context, a stage, else an image. Errors: numbers there are not.
    public func source(named name: String) throws(DockerfileError) -> Source {
        if let number = Int(name) {
            guard nodes.indices.contains(number) else { throw DockerfileError("invalid stage index \(number)") }
            return .stage(number)
        }
        if let source = contexts.source(named: name) { return source }
        if let number = numbers[name.lowercased()] { return .stage(number) }
        return name == "scratch" ? .scratch : .image(name)
    }

    private func dependencies(of node: Node) throws(DockerfileError) -> [Dependency] {
        var found: [Dependency] = []
        for instruction in node.instructions {
            do {
                for source in try sources(of: instruction) {
                    found.append(Dependency(source: source, span: instruction.span))
                }
            } catch {
                throw error.located(at: instruction.span)
            }
        }
        return found
    }

    private func sources(of instruction: Instruction) throws(DockerfileError) -> [Source] {
        switch instruction.statement {
        case .copy(let copy):
            guard let name = copy.from else { return [] }
            guard try WordExpander().expand(name, { _ in nil }).text == name else {
                throw DockerfileError(
                    "variable expansion is not supported for --from, define a new stage with FROM using ARG from "
                        + "global scope as a workaround")
            }
            return [try source(named: name)]
        case .run(let run):
            return run.mounts.filter { !$0.source.isEmpty }.map { mount in
                contexts.source(named: mount.source) ?? numbers[mount.source.lowercased()].map(Source.stage)
                    ?? .image(mount.source)
            }
        default: return []
        }
    }
}

// Walks through the graph; none of them is deeper than a loop, however many stages there are.
extension StageGraph {
    /// Numbers of the stages that the target needs, itself included.
    public var reachable: Set<Int> {
        var reached: Set<Int> = []
        var waiting = nodes.isEmpty ? [] : [target]
        while let number = waiting.popLast() {
            guard nodes.indices.contains(number), reached.insert(number).inserted else { continue }
            if case .stage(let base) = nodes[number].base { waiting.append(base) }
            waiting += stages(of: nodes[number]).map(\.number)
        }
        return reached
    }

    /// Numbers of the stages that nobody needs for the target.
    public var unused: [Int] {
        let reachable = reachable
        return nodes.indices.filter { !reachable.contains($0) }
    }

    private func stages(of node: Node) -> [(number: Int, span: SourceSpan)] {
        node.dependencies.compactMap { dependency in
            guard case .stage(let number) = dependency.source else { return nil }
            return (number, dependency.span)
        }
    }

    /// All that have to be there before a stage is: its base, which is an earlier one, and those that it copies from.
    private func needs(of node: Node) -> [(number: Int, span: SourceSpan)] {
        guard case .stage(let base) = node.base else { return stages(of: node) }
        return [(base, node.stage.span)] + stages(of: node)
    }

    /// Stages that wait for each other.
    private func checkCircles() throws(DockerfileError) {
        var visited: Set<Int> = []
        for start in nodes.indices where visited.insert(start).inserted {
            if let spans = circle(from: start, &visited) {
                throw DockerfileError(
                    "circular dependency detected on stage: \(nodes[start].stage.label)", spans: spans)
            }
        }
    }

    /// The instructions on the way to a stage that is on the way already.
    private func circle(from start: Int, _ visited: inout Set<Int>) -> [SourceSpan]? {
        var path: [(number: Int, next: Int)] = [(start, 0)]
        var onPath: Set<Int> = [start]
        var spans: [SourceSpan] = []
        var edges = [start: needs(of: nodes[start])]
        while let (number, next) = path.last {
            guard let edge = edges[number].flatMap({ $0.indices.contains(next) ? $0[next] : nil }) else {
                path.removeLast()
                onPath.remove(number)
                _ = spans.popLast()
                continue
            }
            path[path.count - 1].next += 1
            if onPath.contains(edge.number) { return spans + [edge.span] }
            guard visited.insert(edge.number).inserted else { continue }
            edges[edge.number] = needs(of: nodes[edge.number])
            path.append((edge.number, 0))
            onPath.insert(edge.number)
            spans.append(edge.span)
        }
        return nil
    }
}
