public import APIModel
internal import Dockerfile
public import Primitives

/// `--change` of import and commit: Dockerfile instructions that alter an image's configuration.
public enum ImageChanges {
    /// The changes are read as one text, so comments and continuations work. Errors: `badParameter` with Docker's wording
    /// for what can't be changed this way.
    public static func apply(_ changes: [String], to config: inout ContainerConfig) throws(EngineError) {
        guard !changes.isEmpty else { return }
        let tree: SyntaxTree
        do { tree = try SyntaxTree(parsing: changes.joined(separator: "\n"), as: .changes) } catch {
            throw error.engineError
        }
        guard !tree.instructions.isEmpty else { throw EngineError(.badParameter, "file with no instructions") }
        var evaluator = ConfigurationEvaluator(config, escape: tree.directives.escape)
        for instruction in tree.instructions { try evaluator.apply(instruction) }
        config = evaluator.config
    }
}
