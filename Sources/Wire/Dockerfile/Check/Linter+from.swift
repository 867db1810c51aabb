internal import Primitives

// The FROMs with their variables.
extension Linter {
    /// Whether each base is a name without any build argument.
    mutating func checkDefaults(_ stages: [Stage], _ scope: VariableScope, _ expander: WordExpander) {
        for stage in stages {
            guard let expansion = try? expander.expand(stage.from.base, { scope[$0] }) else { return }
            guard Self.whyNoImage(expansion.text) != nil else { continue }
            report(
                .invalidDefaultArgInFrom,
                "Default value for ARG \(stage.from.base) results in empty or invalid base image name", at: stage.span)
        }
    }

    /// Why a text is neither an image's name nor the id of one that is here.
    static func whyNoImage(_ text: String) -> String? {
        do {
            _ = try ImageReference(parsing: text)
            return nil
        } catch {
            return Digest(sha256Hex: text) == nil ? error.message : nil
        }
    }

    mutating func checkFroms(
        _ stages: [Stage], _ scope: VariableScope, _ expander: WordExpander
    ) throws(DockerfileError) -> [ResolvedFrom] {
        var sources: [ResolvedFrom] = []
        for stage in stages {
            let expansion = try FromExpansion(stage, scope, expander)
            reportUndeclared(expansion.base.unmatched, stage, scope)
            if let platform = expansion.platform {
                reportUndeclared(platform.unmatched, stage, scope)
                checkPlatform(platform, stage, scope)
            }
            sources.append(try ResolvedFrom(stage, expansion, known: scope.names))
        }
        return sources
    }

    private mutating func reportUndeclared(_ names: [String], _ stage: Stage, _ scope: VariableScope) {
        for name in names where !declared.contains(name) {
            report(
                .undefinedArgInFrom,
                "FROM argument '\(name)' is not declared" + Suggestion.hint(for: name, among: declared.sorted()),
                at: stage.span, comments: stage.instruction.comments)
        }
    }

    private mutating func checkPlatform(_ expansion: Expansion, _ stage: Stage, _ scope: VariableScope) {
        let comments = stage.instruction.comments
        if expansion.matched == ["TARGETPLATFORM"], expansion.unmatched.isEmpty,
            expansion.text == scope["TARGETPLATFORM"]
        {
            report(
                .redundantTargetPlatform,
                "Setting platform to predefined \(stage.from.platform ?? "") in FROM is redundant as this is the default "
                    + "behavior",
                at: stage.span, comments: comments)
        }
        guard expansion.matched.isEmpty, expansion.unmatched.isEmpty,
            let platform = try? Platform(parsing: expansion.text)
        else { return }
        // A stage that is called after its platform means it.
        let name = stage.from.stage ?? ""
        guard !name.contains(platform.os), !name.contains(platform.architecture) else { return }
        report(
            .fromPlatformFlagConstDisallowed,
            "FROM --platform flag should not use constant value \(GoQuoted.text(expansion.text))", at: stage.span,
            comments: comments)
    }
}
