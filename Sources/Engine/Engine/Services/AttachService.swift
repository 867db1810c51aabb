public import APIModel
internal import ContainerNetwork
internal import Logging
public import Primitives

extension Engine {
    /// The row goes first: should this process end before the container is on the network, the next one sees that it is
    /// not known by the name, and that the service is free.
    public func attachService(_ id: String, _ request: ServiceAttachRequest) async throws(EngineError) -> String {
        guard !request.hasSettings else {
            throw EngineError(.notImplemented, "settings of a service's container are not supported: it has its own")
        }
        let container = try containers.find(request.container)
        let service = try services.claim(id, for: container.id)
        do throws(EngineError) {
            try await container.gate.withGate { () async throws(EngineError) in
                try checkExists(container, name: request.container)
                await finishTeardown(of: container)
                try await put(container, behind: service)
            }
        } catch {
            await release(service.id, from: container.id)
            throw error
        }
        return container.record.sandbox?.namespacePath ?? ""
    }

    /// Under the container's gate.
    private func put(_ container: Container, behind service: ServiceRecord) async throws(EngineError) {
        guard let network = networks.with(id: service.networkID) else { throw .noSuchService }
        let known = container.record.endpoints[network.name]
        let record = services.update(service.id) { $0.bringsContainer = known == nil }
        guard let record else { throw .noSuchService }
        var settings = known ?? EndpointSettings()
        settings.aliases = (settings.aliases ?? []).filter { $0 != service.name } + [service.name]
        if known == nil { try NetworkRules.checkConnect(container.record, network, settings) }
        try await save(record)
        guard known == nil else { return try await setEndpoint(of: container, on: network, settings) }
        try await connectNow(container, network, settings)
        publishNetwork("connect", network, container: container.id.description)
    }

    public func detachService(_ id: String, container name: String) async throws(EngineError) {
        let service = try services.find(id)
        guard let attached = service.container else {
            throw EngineError(.badParameter, "no container is attached to the endpoint")
        }
        let container = try containers.find(name)
        guard container.id.description == attached else {
            throw EngineError(.badParameter, "invalid container id \(name)")
        }
        try await container.gate.withGate { () async throws(EngineError) in
            await finishTeardown(of: container)
            try await take(container, from: try services.find(id))
        }
        await release(id, from: container.id)
    }

    /// Under the container's gate: it loses the name, and the network if it is there for nothing else.
    private func take(_ container: Container, from service: ServiceRecord) async throws(EngineError) {
        guard let network = networks.with(id: service.networkID),
            var settings = container.record.endpoints[network.name]
        else { return }
        let other = services.with(container: container.id).first {
            $0.networkID == network.id && $0.id != service.id
        }
        if service.bringsContainer, other == nil {
            try await disconnectNow(container, network)
            return publishNetwork("disconnect", network, container: container.id.description)
        }
        // Another service keeps it there, and takes it away in its turn.
        if service.bringsContainer, let other, let heir = services.update(other.id, { $0.bringsContainer = true }) {
            try await save(heir)
        }
        settings.aliases = settings.aliases?.filter { $0 != service.name }
        try await setEndpoint(of: container, on: network, settings)
    }

    /// Under its gate: changes what a container is known by on a network that it is on.
    private func setEndpoint(
        of container: Container, on network: NetworkRecord, _ settings: EndpointSettings
    ) async throws(EngineError) {
        let before = container.record.endpoints[network.name]
        container.withLive { $0.record.endpoints[network.name] = settings }
        do throws(EngineError) {
            try await save(container, isDurable: true)
            try await renewNames(of: container)
        } catch {
            container.withLive { $0.record.endpoints[network.name] = before }
            throw error
        }
    }

    // MARK: Containers that go by themselves

    /// A container is gone, or was taken off the network by hand: no service there has it behind it any more.
    func releaseServices(of container: ContainerID, on networkID: String? = nil) async {
        for service in services.with(container: container) where networkID == nil || service.networkID == networkID {
            await release(service.id, from: container)
        }
    }

    private func release(_ id: String, from container: ContainerID) async {
        let record = services.update(id) { record in
            guard record.container == container.description else { return }
            record.container = nil
            record.bringsContainer = false
        }
        guard let record else { return }
        await attempt("save service \(record.name)") { () async throws(EngineError) in try await save(record) }
    }
}
