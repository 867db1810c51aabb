internal import KeyValueStore

/// What the store says of networks, and of the other engines' endpoints.
struct ClusterTable: Sendable {
    /// What becomes of it here. Endpoints that changed come again.
    enum Effect: Sendable, Hashable {
        case networkCame(SharedNetwork)
        case networkWent(String)
        case endpointCame(SharedEndpoint)
        case endpointWent(SharedEndpoint)
        /// The whole is known for the first time.
        case informed
    }

    private let keys: ClusterKeys
    /// Its own endpoints are no news to an engine.
    private let engine: String
    private(set) var networks: [String: SharedNetwork] = [:]
    /// By network and id.
    private(set) var endpoints: [String: [String: SharedEndpoint]] = [:]

    init(_ keys: ClusterKeys, engine: String) {
        self.keys = keys
        self.engine = engine
    }

    /// A network of the books, which the store has or once had.
    mutating func expect(_ network: SharedNetwork) { networks[network.id] = network }

    /// A network that this engine removed.
    mutating func forget(_ network: String) { networks[network] = nil }

    /// The whole of it, anew.
    mutating func replace(_ snapshot: StoreSnapshot) -> [Effect] {
        var new = ClusterTable(keys, engine: engine)
        for entry in snapshot.entries { _ = new.apply(.put(entry)) }
        let came = new.networks.values.filter { networks[$0.id] != $0 }.sorted { $0.id < $1.id }
        let went = networks.keys.filter { new.networks[$0] == nil }.sorted()
        let before = Set(endpoints.values.flatMap(\.values))
        let after = Set(new.endpoints.values.flatMap(\.values))
        let gone = before.filter { old in new.endpoints[old.network]?[old.id]?.hasPlace(of: old) != true }
        self = new
        // Addresses of those that went may be those of others now.
        return came.map(Effect.networkCame) + gone.map(Effect.endpointWent)
            + after.subtracting(before).map(Effect.endpointCame) + went.map(Effect.networkWent)
    }

    mutating func apply(_ change: StoreWatch.Change) -> [Effect] {
        switch change {
        case .put(let entry):
            switch keys.subject(entry.key) {
            case .network(let id)?: return put(SharedNetwork(shared: entry.value), id)
            case .endpoint(let network, let id)?: return put(SharedEndpoint(shared: entry.value), network, id)
            case nil: return []
            }
        case .deleted(let key):
            switch keys.subject(key) {
            case .network(let id)?: return networks.removeValue(forKey: id) == nil ? [] : [.networkWent(id)]
            case .endpoint(let network, let id)?:
                return endpoints[network]?.removeValue(forKey: id).map { [.endpointWent($0)] } ?? []
            case nil: return []
            }
        }
    }

    /// What can't be read, or says something else than its key, is somebody else's.
    private mutating func put(_ network: SharedNetwork?, _ id: String) -> [Effect] {
        guard let network, network.id == id, LinkName.isValid(String(id.prefix(12))), id.utf8.count <= 64,
            network.definition.driver == OverlayDriver.name, networks[id] != network
        else { return [] }
        networks[id] = network
        return [.networkCame(network)]
    }

    private mutating func put(_ endpoint: SharedEndpoint?, _ network: String, _ id: String) -> [Effect] {
        guard let endpoint, endpoint.network == network, endpoint.id == id, endpoint.engine != engine,
            endpoints[network]?[id] != endpoint
        else { return [] }
        let old = endpoints[network, default: [:]].updateValue(endpoint, forKey: id)
        guard let old, !endpoint.hasPlace(of: old) else { return [.endpointCame(endpoint)] }
        return [.endpointWent(old), .endpointCame(endpoint)]
    }
}
