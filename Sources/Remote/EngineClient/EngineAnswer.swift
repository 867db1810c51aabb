/// The cause of errors that the engine itself answered, so that a client can tell them from its own.
public struct EngineAnswer: Error, Sendable, CustomStringConvertible {
    public let status: Int

    public var description: String { "status \(status)" }
}
