public import Primitives

/// What is wrong with a Dockerfile, and where. The words are BuildKit's where it has some.
public struct DockerfileError: Error, Sendable, Hashable {
    public var message: String
    /// Empty when it concerns no line. Several for what several lines do together, as stages that wait for each other.
    public var spans: [SourceSpan]

    public init(_ message: String, at spans: SourceSpan...) { self.init(message, spans: spans) }

    public init(_ message: String, spans: [SourceSpan]) {
        self.message = message
        self.spans = spans
    }

    /// The place that is meant.
    public var position: SourcePosition? { spans.last?.start }

    /// The same with a place, if it has none yet.
    public func located(at span: SourceSpan) -> DockerfileError {
        spans.isEmpty ? DockerfileError(message, at: span) : self
    }

    /// For those who know no Dockerfiles: a `badParameter` with the message alone.
    public var engineError: EngineError { EngineError(.badParameter, message, cause: nil) }
}
