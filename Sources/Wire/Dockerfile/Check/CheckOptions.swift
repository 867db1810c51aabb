/// `# check=skip=Rule,Rule;error=true;experimental=all`
struct CheckOptions: Sendable {
    private var skipped: Set<String> = []
    private var experimental: Set<String> = []
    private var skipsAll = false
    private var takesAllExperimental = false
    /// Warnings fail the build.
    private(set) var failsOnWarnings = false

    /// The build argument that takes the place of the directive.
    static let argument = "BUILDKIT_DOCKERFILE_CHECK"

    init() {}

    /// Errors, without a place: options there are not.
    init(parsing text: String) throws(DockerfileError) {
        guard !text.trimmingBlanks.isEmpty else { return }
        for part in text.split(separator: ";", maxSplits: 2, omittingEmptySubsequences: false).map(String.init) {
            guard let (key, value) = part.cutAtEquals else { throw Self.invalid(part) }
            switch key.trimmingBlanks {
            case "skip": Self.take(value, into: &skipped, all: &skipsAll)
            case "experimental": Self.take(value, into: &experimental, all: &takesAllExperimental)
            case "error":
                guard let truth = GoBool.value(value.trimmingBlanks) else {
                    throw DockerfileError(
                        "failed to parse check option \(GoQuoted.text(part)): strconv.ParseBool: parsing "
                            + "\(GoQuoted.text(value.trimmingBlanks)): invalid syntax")
                }
                failsOnWarnings = truth
            default: throw Self.invalid(key.trimmingBlanks)
            }
        }
    }

    private static func invalid(_ option: String) -> DockerfileError {
        DockerfileError("invalid check option \(GoQuoted.text(option))")
    }

    private static func take(_ value: String, into names: inout Set<String>, all: inout Bool) {
        if value.trimmingBlanks == "all" { return all = true }
        names.formUnion(value.split(separator: ",").map { String($0).trimmingBlanks })
    }

    func allows(_ rule: LintRule) -> Bool {
        rule.isExperimental
            ? takesAllExperimental || experimental.contains(rule.name)
            : !skipsAll && !skipped.contains(rule.name)
    }

    /// With what the first such comment above an instruction adds; one that is wrong adds nothing.
    func merged(withComments comments: [String]) -> CheckOptions {
        guard let text = comments.lazy.compactMap(ParserDirectives.check(inComment:)).first,
            let local = try? CheckOptions(parsing: text)
        else { return self }
        var merged = self
        merged.skipped.formUnion(local.skipped)
        merged.experimental.formUnion(local.experimental)
        merged.skipsAll = skipsAll || local.skipsAll
        merged.takesAllExperimental = takesAllExperimental || local.takesAllExperimental
        return merged
    }
}
