internal import Primitives

// The stages, as far as they are needed, in order.
extension Linter {
    mutating func checkStages(
        of graph: StageGraph, _ globals: VariableScope, _ expander: WordExpander
    ) throws(DockerfileError) {
        let reachable = request.target?.isEmpty == false ? graph.reachable : Set(graph.nodes.indices)
        for (number, node) in graph.nodes.enumerated() where reachable.contains(number) {
            guard case .image(let name) = node.base, let reason = Self.whyNoImage(name) else { continue }
            throw DockerfileError(
                "failed to parse stage name \(GoQuoted.text(name)): \(reason)", at: node.stage.span)
        }
        var states: [Int: StageState] = [:]
        for (number, node) in graph.nodes.enumerated() where reachable.contains(number) {
            let image = image(of: node)
            var walk = StageWalk(of: node.stage, start(of: node, image, states), globals, expander, request)
            for instruction in try triggers(of: image, node) + node.instructions {
                do {
                    try checkSource(of: instruction, at: number, in: graph)
                    try walk.perform(instruction)
                } catch {
                    report(walk.findings, of: instruction)
                    throw error.located(at: instruction.span)
                }
                report(walk.findings, of: instruction)
            }
            states[number] = walk.state
        }
    }

    private mutating func report(_ findings: [StageWalk.Finding], of instruction: Instruction) {
        for finding in findings {
            report(
                finding.rule, finding.detail, at: finding.span ?? instruction.span, comments: instruction.comments)
        }
    }

    /// Files come from stages that stand before.
    private func checkSource(
        of instruction: Instruction, at number: Int, in graph: StageGraph
    ) throws(DockerfileError) {
        guard case .copy(let copy) = instruction.statement, let name = copy.from,
            case .stage(let source) = try graph.source(named: name), source >= number
        else { return }
        throw DockerfileError(
            "cannot copy from stage \(GoQuoted.text(name)), it needs to be defined before current stage "
                + GoQuoted.text(graph.nodes[number].stage.label))
    }

    /// The image a stage is built upon, if it is one that somebody here knows.
    private mutating func image(of node: StageGraph.Node) -> BaseImage? {
        guard case .image(let name) = node.base, let image = request.baseImage(name) else { return nil }
        checkPlatform(of: image, name, node)
        return image
    }

    private func start(of node: StageGraph.Node, _ image: BaseImage?, _ states: [Int: StageState]) -> StageState {
        switch node.base {
        case .stage(let number): (states[number] ?? StageState()).inherited
        case .scratch: StageState()
        case .image, .context:
            StageState(
                environment: image?.environment ?? [], shell: image?.shell ?? [], knowsEnvironment: image != nil)
        }
    }

    /// What an image that is known sets off.
    private func triggers(of image: BaseImage?, _ node: StageGraph.Node) throws(DockerfileError) -> [Instruction] {
        try (image?.triggers ?? []).map { text throws(DockerfileError) in
            try SyntaxTree.trigger(text, escape: UInt8(ascii: "\\"), at: node.stage.span)
        }
    }

    private mutating func checkPlatform(of image: BaseImage, _ name: String, _ node: StageGraph.Node) {
        let wanted = node.from.platform ?? request.platform
        guard let actual = image.platform, actual.os != wanted.os || actual.architecture != wanted.architecture else {
            return
        }
        report(
            .invalidBaseImagePlatform,
            "Base image \(name) was pulled with platform \(GoQuoted.text(actual.description)), expected "
                + "\(GoQuoted.text(wanted.description)) for current build",
            at: node.stage.span)
    }
}
