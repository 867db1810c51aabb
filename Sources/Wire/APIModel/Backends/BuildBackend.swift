public import Primitives

/// The build calls of the Remote API.
public protocol BuildBackend: Sendable {
    /// Builds an image. `context` is a tar archive, compressed or not, or several in frames, and is read to its end; nil when the
    /// request says where all contexts are. With outputs that the client fetches it returns when its task is cancelled. Cancelling the task stops the build at once.
    ///
    /// Errors: `badParameter` for what is wrong with the request or the Dockerfile; `BuildFailure.code` tells a command's
    /// exit code.
    func buildImage(
        _ request: BuildRequest, context: ByteChannel?, progress: @escaping ProgressReport
    ) async throws(EngineError)
    /// What a build has made, while its answer is open. Errors: `notFound` for what no build has just made.
    func buildResult(_ request: BuildResultRequest) async throws(EngineError) -> ByteChannel
    /// Stops a build that its client gave an id. `notFound` when there is none.
    func cancelBuild(_ id: String) async throws(EngineError)
    /// Waits for a command of a build that wants an SSH agent of its client's; the stream that comes back speaks to its process.
    /// `notFound` when there is no such build, or it has no such agent; `unavailable` when it has ended.
    func agentConnection(_ build: String, agent: String) async throws(EngineError) -> ByteChannel
    /// Removes what only the cache keeps. Filters, each with one value: `until` (or `unused-for`), `id`, `parent`, `type`,
    /// `description`, `inuse`, `shared`, `private`, `label`. Errors: `badParameter` for others.
    func pruneBuildCache(_ request: BuildCachePrune) async throws(EngineError) -> BuildCachePruned
}

/// Why a command of a build failed, as the cause of the build's error.
public struct BuildFailure: Error, Sendable {
    /// The command's exit code.
    public var code: Int

    public init(code: Int) { self.code = code }
}
