internal import Primitives

/// Checks a Dockerfile by the rules of BuildKit's linter, as far as the file itself and the images it names tell.
///
/// The steps are BuildKit's, so that the same warnings come before the same error: instructions, names, FROMs, the graph,
/// then each stage as it would be built.
public struct Linter {
    let request: CheckRequest
    private(set) var options = CheckOptions()
    private var warnings: [CheckWarning] = []
    private var failsOnWarnings = false

    private init(_ request: CheckRequest) { self.request = request }

    public static func check(_ source: SourceText, _ request: CheckRequest = CheckRequest()) -> CheckReport {
        var linter = Linter(request)
        var failure: DockerfileError?
        do { try linter.check(source.bytes) } catch { failure = error }
        // Warnings of one line stay in the order in which they were found.
        let sorted = linter.warnings.enumerated().sorted {
            ($0.element.span.lines.lowerBound, $0.offset) < ($1.element.span.lines.lowerBound, $1.offset)
        }
        return CheckReport(
            source: source, warnings: sorted.map(\.element), failure: failure, failsOnWarnings: linter.failsOnWarnings)
    }

    /// Whether a file that can be read, or the build argument, asks that warnings fail the build.
    public static func isStrict(_ dockerfile: [UInt8], _ buildArguments: [String: String]) -> Bool {
        guard let tree = try? SyntaxTree.reading(dockerfile).tree else { return false }
        let text = buildArguments[CheckOptions.argument] ?? tree.directives.check ?? ""
        return (try? CheckOptions(parsing: text))?.failsOnWarnings ?? false
    }

    mutating func report(_ rule: LintRule, _ detail: String, at span: SourceSpan, comments: [String] = []) {
        guard options.merged(withComments: comments).allows(rule) else { return }
        warnings.append(CheckWarning(rule: rule, detail: detail, span: span))
    }

    private mutating func check(_ bytes: [UInt8]) throws(DockerfileError) {
        let (tree, failure) = try SyntaxTree.reading(bytes)
        try readOptions(tree.directives)
        for line in tree.emptyContinuations {
            report(.noEmptyContinuation, "Empty continuation line", at: SourceSpan(line: line))
        }
        for instruction in tree.instructions { checkForm(instruction) }
        if let failure { throw failure }
        let stages = try tree.stages()
        checkNames(stages)
        checkCasing(stages)
        let expander = WordExpander(escape: tree.directives.escape)
        let globals = try self.globals(tree, stages, expander)
        let sources = try checkFroms(stages, globals, expander)
        let graph = try StageGraph(stages, sources, target: request.target, escape: tree.directives.escape)
        try checkStages(of: graph, globals, expander)
        try failOnWarnings()
    }

    private mutating func readOptions(_ directives: ParserDirectives) throws(DockerfileError) {
        let text = request.buildArguments[CheckOptions.argument] ?? directives.check ?? ""
        do { options = try CheckOptions(parsing: text) } catch {
            throw DockerfileError("failed to parse check options: \(error.message)")
        }
    }

    /// What FROM sees; on the way, bases are looked at that need a build argument.
    private mutating func globals(
        _ tree: SyntaxTree, _ stages: [Stage], _ expander: WordExpander
    ) throws(DockerfileError) -> VariableScope {
        let target = request.target.flatMap { $0.isEmpty ? nil : $0 } ?? stages.last?.from.stage
        let predefined = PredefinedArguments.scope(
            build: .host, target: request.platform, stage: target, overrides: request.buildArguments)
        var defaults = predefined
        if (try? defaults.declare(tree.globalArguments, [:], expander)) != nil {
            checkDefaults(stages, defaults, expander)
        }
        var scope = predefined
        try scope.declare(tree.globalArguments, request.buildArguments, expander)
        declared = Set(scope.names)
        for case .arg(let declarations) in tree.globalArguments.map(\.statement) {
            declared.formUnion(declarations.map(\.name))
        }
        return scope
    }

    /// Names that FROM may ask for, with a value or without.
    private(set) var declared: Set<String> = []

    private mutating func failOnWarnings() throws(DockerfileError) {
        guard options.failsOnWarnings, !warnings.isEmpty else { return }
        failsOnWarnings = true
        let names = Set(warnings.map(\.rule.name)).sorted()
        throw DockerfileError("lint violation found for rules: \(names.joined(separator: ", "))")
    }
}
