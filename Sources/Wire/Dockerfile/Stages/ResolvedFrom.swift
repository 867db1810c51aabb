public import Primitives

/// A FROM whose variables are expanded.
public struct ResolvedFrom: Sendable, Hashable {
    public var base: String
    public var platform: Platform?

    /// Errors: a name or a platform that is empty or none.
    public init(_ stage: Stage, _ expansion: FromExpansion, known names: [String]) throws(DockerfileError) {
        guard !expansion.base.text.isEmpty else {
            throw DockerfileError("base name (\(stage.from.base)) should not be blank", at: stage.span)
        }
        base = expansion.base.text
        guard let written = stage.from.platform, let platform = expansion.platform else { return }
        let hints = platform.unmatched.map { Suggestion.hint(for: $0, among: names) }
        let hint = hints.first { !$0.isEmpty } ?? ""
        guard !platform.text.isEmpty else {
            throw DockerfileError("empty platform value from expression \(written)\(hint)", at: stage.span)
        }
        do { self.platform = try Platform(parsing: platform.text) } catch {
            throw DockerfileError("failed to parse platform \(written): \(error.message)\(hint)", at: stage.span)
        }
    }
}

/// What the variables of a FROM gave, for those who want to know which there were.
public struct FromExpansion: Sendable, Hashable {
    public var base: Expansion
    public var platform: Expansion?

    /// Errors: words that can't be expanded.
    public init(_ stage: Stage, _ scope: VariableScope, _ expander: WordExpander) throws(DockerfileError) {
        do {
            base = try expander.expand(stage.from.base) { scope[$0] }
            if let written = stage.from.platform { platform = try expander.expand(written) { scope[$0] } }
        } catch {
            throw error.located(at: stage.span)
        }
    }
}
