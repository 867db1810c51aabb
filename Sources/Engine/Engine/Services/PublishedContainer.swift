internal import APIModel
internal import Primitives

/// `--publish-service SERVICE.NETWORK[.DRIVER]`: where a new container goes and what it is known by there.
struct ServicePlace: Equatable {
    var service: String
    var network: String
    var driver: String

    /// The last word of three and more is a driver, the one before it a network; the service's name may have dots.
    init(_ text: String) {
        let words = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        service = words.count > 2 ? words.dropLast(2).joined(separator: ".") : words[0]
        network = words.count > 2 ? words[words.count - 2] : words.count > 1 ? words[1] : "bridge"
        driver = words.count > 2 ? words[words.count - 1] : "bridge"
    }
}

extension Engine {
    /// Makes a container that stands behind a service. The network and the service are made where they are missing, and
    /// stay when the container can't be made.
    func createPublished(
        name: String?, _ given: ContainerCreateRequest
    ) async throws(EngineError) -> ContainerCreated {
        let place = ServicePlace(given.publishService)
        guard ["", "default", "bridge"].contains(given.hostConfig.networkMode) else {
            throw EngineError(.badParameter, "conflicting options: publishing a service and network mode")
        }
        let service = try await service(at: place)
        guard service.container == nil else {
            throw EngineError(.badParameter, "a container has already joined the endpoint")
        }
        let created = try await create(name: name, given.moved(to: place.network))
        do throws(EngineError) {
            _ = try await attachService(service.id, ServiceAttachRequest(container: created.id))
        } catch {
            await attempt("remove \(created.id)") { () async throws(EngineError) in
                try await remove(created.id, RemoveOptions(volumes: true))
            }
            throw error
        }
        return created
    }

    private func service(at place: ServicePlace) async throws(EngineError) -> ServiceRecord {
        if networks.named(place.network) == nil {
            var request = NetworkCreateRequest()
            request.name = place.network
            request.driver = place.driver
            _ = try await createNetwork(request)
        }
        let network = try networkForServices(place.network)
        if let known = services.on(network.id).first(where: { $0.name == place.service }) { return known }
        let id = try await publishService(ServicePublishRequest(name: place.service, network: network.name))
        return try services.find(id)
    }
}

extension ContainerCreateRequest {
    /// The same container on a network instead of the default one.
    fileprivate func moved(to network: String) -> ContainerCreateRequest {
        var request = self
        request.publishService = ""
        request.hostConfig.networkMode = network
        var networking = networkingConfig ?? NetworkingConfig()
        var endpoints = networking.endpointsConfig ?? [:]
        let settings = endpoints.removeValue(forKey: "bridge") ?? nil
        if !endpoints.keys.contains(network) { endpoints.updateValue(settings, forKey: network) }
        networking.endpointsConfig = endpoints
        request.networkingConfig = networking
        return request
    }
}
