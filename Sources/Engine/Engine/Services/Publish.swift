public import APIModel
internal import ContainerNetwork
public import Primitives

extension Engine {
    public func listServices() async throws(EngineError) -> [ServiceResource] {
        services.all().compactMap(resource).sorted { ($0.network, $0.name) < ($1.network, $1.name) }
    }

    public func inspectService(_ id: String) async throws(EngineError) -> ServiceResource {
        guard let found = resource(try services.find(id)) else { throw .noSuchService }
        return found
    }

    public func serviceBackends(_ id: String) async throws(EngineError) -> [ServiceBackendResource] {
        try services.find(id).container.map { [ServiceBackendResource(id: $0)] } ?? []
    }

    private func resource(_ record: ServiceRecord) -> ServiceResource? {
        networks.with(id: record.networkID).map {
            ServiceResource(name: record.name, id: record.id, network: $0.name)
        }
    }

    public func publishService(_ request: ServicePublishRequest) async throws(EngineError) -> String {
        guard request.exposedPorts.isEmpty, request.portMapping.isEmpty else {
            throw EngineError(.notImplemented, "ports of a service are not supported: they are its container's")
        }
        guard !request.name.contains("."), (try? ContainerName(parsing: request.name)) != nil else {
            throw EngineError(.badParameter, "invalid name: \(request.name)")
        }
        let network = try networkForServices(request.network.isEmpty ? "bridge" : request.network)
        let record = ServiceRecord(id: NetworkDefinition.newID(), name: request.name, networkID: network.id)
        try services.insert(record)
        do throws(EngineError) {
            try await save(record)
        } catch {
            _ = try services.remove(record.id)
            throw error
        }
        return record.id
    }

    /// Errors: `notFound`; `forbidden` for one that resolves no names.
    func networkForServices(_ name: String) throws(EngineError) -> NetworkRecord {
        guard let network = networks.named(name) ?? networks.with(id: name) else {
            throw EngineError(.notFound, "Resource not found: Network")
        }
        guard !network.isPredefined else {
            throw EngineError(
                .forbidden,
                "network \(network.name) resolves no names: services are published on networks of one's own")
        }
        return network
    }

    public func unpublishService(_ id: String) async throws(EngineError) {
        let record = try services.remove(id)
        do {
            try await workers.run { [store] in try store.deleteService(id) }
        } catch {
            try? services.insert(record)
            throw error
        }
    }

    func save(_ record: ServiceRecord) async throws(EngineError) {
        try await workers.run { [store] in try store.save(record) }
    }
}
