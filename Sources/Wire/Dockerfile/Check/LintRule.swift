/// A rule of the linter, by today's name and number-less address.
public struct LintRule: Sendable, Hashable {
    public var name: String
    public var about: String
    /// The last part of the address where it is explained; empty when there is none.
    var page: String
    /// Only looked at when asked for.
    var isExperimental = false

    public var address: String { page.isEmpty ? "" : "https://docs.docker.com/go/dockerfile/rule/\(page)/" }

    init(_ name: String, page: String, isExperimental: Bool = false, _ about: String) {
        self.name = name
        self.page = page
        self.isExperimental = isExperimental
        self.about = about
    }
}

// What BuildKit's documents list as build checks.
extension LintRule {
    static let stageNameCasing = LintRule(
        "StageNameCasing", page: "stage-name-casing", "Stage names should be lowercase")
    static let fromAsCasing = LintRule(
        "FromAsCasing", page: "from-as-casing", "The 'as' keyword should match the case of the 'from' keyword")
    static let noEmptyContinuation = LintRule(
        "NoEmptyContinuation", page: "no-empty-continuation",
        "Empty continuation lines will become errors in a future release")
    static let consistentInstructionCasing = LintRule(
        "ConsistentInstructionCasing", page: "consistent-instruction-casing",
        "All commands within the Dockerfile should use the same casing (either upper or lower)")
    static let duplicateStageName = LintRule(
        "DuplicateStageName", page: "duplicate-stage-name", "Stage names should be unique")
    static let reservedStageName = LintRule(
        "ReservedStageName", page: "reserved-stage-name", "Reserved words should not be used as stage names")
    static let jsonArgsRecommended = LintRule(
        "JSONArgsRecommended", page: "json-args-recommended",
        "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals")
    static let maintainerDeprecated = LintRule(
        "MaintainerDeprecated", page: "maintainer-deprecated",
        "The MAINTAINER instruction is deprecated, use a label instead to define an image author")
    static let undefinedArgInFrom = LintRule(
        "UndefinedArgInFrom", page: "undefined-arg-in-from", "FROM command must use declared ARGs")
    static let workdirRelativePath = LintRule(
        "WorkdirRelativePath", page: "workdir-relative-path",
        "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base "
            + "image changes")
    static let undefinedVar = LintRule(
        "UndefinedVar", page: "undefined-var", "Variables should be defined before their use")
    static let multipleInstructionsDisallowed = LintRule(
        "MultipleInstructionsDisallowed", page: "multiple-instructions-disallowed",
        "Multiple instructions of the same type should not be used in the same stage")
    static let legacyKeyValueFormat = LintRule(
        "LegacyKeyValueFormat", page: "legacy-key-value-format",
        "Legacy key/value format with whitespace separator should not be used")
    static let invalidBaseImagePlatform = LintRule(
        "InvalidBaseImagePlatform", page: "", "Base image platform does not match expected target platform")
    static let redundantTargetPlatform = LintRule(
        "RedundantTargetPlatform", page: "redundant-target-platform",
        "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior")
    static let secretsUsedInArgOrEnv = LintRule(
        "SecretsUsedInArgOrEnv", page: "secrets-used-in-arg-or-env",
        "Sensitive data should not be used in the ARG or ENV commands")
    static let invalidDefaultArgInFrom = LintRule(
        "InvalidDefaultArgInFrom", page: "invalid-default-arg-in-from",
        "Default value for global ARG results in an empty or invalid base image name")
    static let fromPlatformFlagConstDisallowed = LintRule(
        "FromPlatformFlagConstDisallowed", page: "from-platform-flag-const-disallowed",
        "FROM --platform flag should not use a constant value")
    static let copyIgnoredFile = LintRule(
        "CopyIgnoredFile", page: "copy-ignored-file", "Attempting to Copy file that is excluded by .dockerignore")
    static let invalidDefinitionDescription = LintRule(
        "InvalidDefinitionDescription", page: "invalid-definition-description", isExperimental: true,
        "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not "
            + "intended to be a description comment, add an empty line or comment between the instruction and the comment."
    )
    static let exposeProtoCasing = LintRule(
        "ExposeProtoCasing", page: "expose-proto-casing", "Protocol in EXPOSE instruction should be lowercase")
    static let exposeInvalidFormat = LintRule(
        "ExposeInvalidFormat", page: "expose-invalid-format",
        "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future "
            + "release")
}
