public import Primitives

/// The volume calls of the Remote API, as the router needs them.
public protocol VolumeBackend: Sendable {
    /// Removes volumes that no container has: those without a name of their own, or all with the filter `all=true`.
    /// Errors: `badParameter` for the filters, `conflict` while another prune is at it.
    func pruneVolumes(_ filters: Filters) async throws(EngineError) -> VolumesPruned
}
