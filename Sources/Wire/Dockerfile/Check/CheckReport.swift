/// Something a rule has found.
public struct CheckWarning: Sendable, Hashable {
    public var rule: LintRule
    public var detail: String
    public var span: SourceSpan
}

/// What a check of a Dockerfile gave, and how today's Docker prints it.
public struct CheckReport: Sendable {
    public var source: SourceText
    /// In the order of the lines.
    public var warnings: [CheckWarning]
    /// Why the rest was not looked at, or why warnings count as an error.
    public var failure: DockerfileError?
    /// `failure` is about the warnings: the file asks for an error where there are some.
    public var failsOnWarnings = false

    public var exitCode: Int32 { warnings.isEmpty && failure == nil ? 0 : 1 }

    /// For the standard output.
    public var text: String {
        guard !warnings.isEmpty else { return failure == nil ? "Check complete, no warnings found.\n" : "" }
        let count = warnings.count
        let found = count == 1 ? "1 warning has been found!" : "\(count) warnings have been found!"
        return "Check complete, \(found)\n" + warnings.map(text).joined() + (failure == nil ? "" : "\n")
    }

    /// For the standard error, without a final line feed: the message, and the lines with the column that is meant; nil
    /// without a failure.
    public var failureText: String? {
        guard let failure else { return nil }
        let lines = source.excerpt(failure.spans, showsColumn: true)
        return "ERROR: \(failure.message)" + (lines.isEmpty ? "" : "\n" + lines.dropLast())
    }

    private func text(_ warning: CheckWarning) -> String {
        let address = warning.rule.address
        return "\nWARNING: \(warning.rule.name)" + (address.isEmpty ? "" : " - \(address)")
            + "\n\(warning.detail)\n" + source.excerpt([warning.span])
    }
}
