public import APIModel
internal import ContainerNetwork
public import Primitives

extension Engine {
    public func listNetworks(
        _ filters: Filters, withContainers: Bool
    ) async throws(EngineError) -> [NetworkResource] {
        let filter = try NetworkFilter(filters)
        let used = filter.asksForUse ? usedNetworks() : []
        return networks.all().filter { filter.matches($0, isUsed: used.contains($0.id)) }.map { record in
            withContainers ? withEndpoints(record) : record.resource
        }
    }

    public func inspectNetwork(_ name: String) async throws(EngineError) -> NetworkResource {
        withEndpoints(try networks.find(name))
    }

    private func withEndpoints(_ record: NetworkRecord) -> NetworkResource {
        var resource = record.resource
        for container in containers.all() {
            let user = container.record
            guard user.state.hasProcess else { continue }
            if let endpoint = NetworkView.endpoint(of: user, on: record) { resource.containers[user.id] = endpoint }
        }
        for remote in network?.remoteEndpoints(on: record.id) ?? [] {
            resource.containers["ep-\(remote.id)"] = NetworkView.endpoint(remote, on: record)
        }
        return resource
    }

    /// Ids of networks that a container is on or will be on, running or not.
    func usedNetworks() -> Set<String> {
        var used = Set(services.all().map(\.networkID))
        for container in containers.all() {
            for name in container.record.endpoints.keys {
                if let network = networks.named(name) { used.insert(network.id) }
            }
        }
        return used
    }
}
