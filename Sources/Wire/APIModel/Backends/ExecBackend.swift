public import Primitives

/// The exec calls of the Remote API.
public protocol ExecBackend: Sendable {
    func createExec(_ container: String, _ request: ExecCreateRequest) async throws(EngineError) -> ExecCreated
    /// Starts it; nil when detached. Errors before the start: `notFound`, `conflict`. A program that can't be run is no
    /// error here: the text is in the stream and the exit code is 126 or 127.
    func startExec(_ id: String, _ request: ExecStartRequest) async throws(EngineError) -> AttachSession?
    func resizeExec(_ id: String, height: Int, width: Int) async throws(EngineError)
    func inspectExec(_ id: String) async throws(EngineError) -> ExecInspect
}
