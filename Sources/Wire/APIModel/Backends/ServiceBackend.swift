public import Primitives

/// The service calls of the experimental builds of 1.7 and 1.8. `id` is a full id.
///
/// Common errors: `notFound` (`Service not found`).
public protocol ServiceBackend: Sendable {
    /// Of all networks, by network and name.
    func listServices() async throws(EngineError) -> [ServiceResource]
    func inspectService(_ id: String) async throws(EngineError) -> ServiceResource
    /// The container that is attached, if there is one.
    func serviceBackends(_ id: String) async throws(EngineError) -> [ServiceBackendResource]
    /// Returns the id. Errors: `forbidden` for a name that is taken and for networks that resolve no names.
    func publishService(_ request: ServicePublishRequest) async throws(EngineError) -> String
    /// Errors: `forbidden` while a container is attached.
    func unpublishService(_ id: String) async throws(EngineError)
    /// The container is on the network, and known by the service's name there, on return; the result is its sandbox's
    /// file. Errors: `badParameter` when a container is attached already.
    func attachService(_ id: String, _ request: ServiceAttachRequest) async throws(EngineError) -> String
    func detachService(_ id: String, container: String) async throws(EngineError)
}
