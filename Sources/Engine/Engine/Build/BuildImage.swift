public import APIModel
public import Primitives

extension Engine {
    public func buildImage(
        _ request: BuildRequest, context: ByteChannel?, progress: @escaping ProgressReport
    ) async throws(EngineError) {
        throw EngineError(.notImplemented, "build is not supported yet")
    }

    public func cancelBuild(_ id: String) async throws(EngineError) {}

    public func pruneBuildCache(_ request: BuildCachePrune) async throws(EngineError) -> BuildCachePruned {
        throw EngineError(.notImplemented, "build prune is not supported yet")
    }
}
