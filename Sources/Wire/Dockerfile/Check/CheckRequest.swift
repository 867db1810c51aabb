public import Primitives

/// What a check is told beside the Dockerfile.
public struct CheckRequest: Sendable {
    /// `--build-arg`; nil takes nothing from anywhere.
    public var buildArguments: [String: String] = [:]
    /// `--target`; without one every stage is looked at.
    public var target: String?
    /// The context's ignore file, if it has one.
    public var ignored: IgnoreRules?
    /// What is built for, and where.
    public var platform = Platform.host
    /// Images by the names in FROM; nil for those that nobody here knows.
    public var baseImage: @Sendable (String) -> BaseImage? = { _ in nil }

    public init() {}
}

/// What a check wants to know of an image that is built upon.
public struct BaseImage: Sendable, Hashable {
    /// `NAME=value`
    public var environment: [String]
    public var shell: [String]
    public var triggers: [String]
    public var platform: Platform?

    public init(
        environment: [String] = [], shell: [String] = [], triggers: [String] = [], platform: Platform? = nil
    ) {
        self.environment = environment
        self.shell = shell
        self.triggers = triggers
        self.platform = platform
    }
}
