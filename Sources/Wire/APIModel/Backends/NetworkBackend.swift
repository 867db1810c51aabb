public import Primitives

/// The network calls of the Remote API. `name` is a full id, a name, or a unique id prefix, looked for in this order.
///
/// Common errors: `notFound` (`network x not found`), `badParameter` for an ambiguous prefix.
public protocol NetworkBackend: Sendable {
    /// `withContainers`: who is on each is told too (costs time).
    func listNetworks(_ filters: Filters, withContainers: Bool) async throws(EngineError) -> [NetworkResource]
    func inspectNetwork(_ name: String) async throws(EngineError) -> NetworkResource
    /// Errors: `conflict` for the name, `forbidden` for a predefined one or a pool that overlaps, `badParameter`,
    /// `notFound` for the driver.
    func createNetwork(_ request: NetworkCreateRequest) async throws(EngineError) -> NetworkCreated
    /// Errors: `forbidden` for a predefined network and for one that containers are on.
    func removeNetwork(_ name: String) async throws(EngineError)
    /// A container that does not run is on the network from its next start on.
    func connectNetwork(_ name: String, _ request: NetworkConnectRequest) async throws(EngineError)
    func disconnectNetwork(_ name: String, _ request: NetworkDisconnectRequest) async throws(EngineError)
    func pruneNetworks(_ filters: Filters) async throws(EngineError) -> NetworksPruned
}
