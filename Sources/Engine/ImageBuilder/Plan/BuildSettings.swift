public import Dockerfile
public import Primitives

/// What a build is told beside its Dockerfile.
public struct BuildSettings: Sendable {
    /// As errors name it.
    public var dockerfileName = "Dockerfile"
    /// Values of ARGs. Nil: a name without a value.
    public var arguments: [String: String?] = [:]
    /// Of the last stage.
    public var labels: [String: String] = [:]
    /// Empty is the last stage.
    public var target = ""
    /// Of bases that don't say theirs; nil is the host's.
    public var platform: Platform?
    public var ignoresCache = false
    public var contexts = NamedContexts()

    public init() {}
}
