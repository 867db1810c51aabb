internal import KeyValueStore
internal import NameServer
internal import Netlink
internal import Primitives
internal import Synchronization

/// Networks of several engines.
extension NetworkController {
    /// Other engines' networks and containers are known from now on, and this one's to them. To be called when everything
    /// that ran before is restored; `keeper` is held weakly. Without a cluster nothing happens.
    public func joinCluster(_ keeper: any SharedNetworkKeeper) {
        guard let cluster else { return }
        state.withLock { $0.keeper = keeper }
        let known = networks.filter { $0.driver == OverlayDriver.name }
        cluster.start(self, networks: known.compactMap { keeper.sharedNetwork($0.id) })
    }

    /// Whether networks can be shared with other engines.
    public var isInCluster: Bool { cluster != nil }

    /// Makes a network of all engines. As `create`; `conflict` for a name that one of them has.
    func createShared(
        _ definition: NetworkDefinition, _ note: String, _ cluster: Cluster
    ) throws(EngineError) -> (network: NetworkDefinition, warnings: [String]) {
        let driver = try driver(OverlayDriver.name)
        let own = networks.filter { $0.driver != OverlayDriver.name }
        let shared = try cluster.create(SharedNetwork(definition: definition, note: note)) {
            (others) throws(EngineError) in
            var network = definition
            try driver.complete(&network, among: others + own)
            return network
        }
        do throws(EngineError) {
            return (shared.definition, try open(shared.definition, driver))
        } catch {
            try? cluster.remove(shared.definition)
            throw error
        }
    }

    /// Containers of other engines on a network, by name.
    public func remoteEndpoints(on network: String) -> [RemoteEndpoint] {
        let endpoints = cluster?.remoteEndpoints(on: network) ?? []
        return endpoints.map { endpoint in
            RemoteEndpoint(
                id: endpoint.id, name: endpoint.names.first ?? "", macAddress: endpoint.mac, ipAddress: endpoint.ipv4,
                ipv6Address: endpoint.ipv6)
        }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// A network that has been opened learns what is known of the others' containers on it, and forgets what is not so
    /// any more. Before the store was asked it keeps what the daemon before knew. Returns what is not as it should be.
    func learn(_ network: OpenNetwork) -> [String] {
        guard let cluster, cluster.isInformed, let link = network.tunnel else { return [] }
        let endpoints = cluster.remoteEndpoints(on: network.id)
        do {
            try Tunnel(route: route, link: link).replace(endpoints)
            for endpoint in endpoints {
                reserve(endpoint)
                try announce(endpoint)
            }
            return []
        } catch {
            return ["network \(network.definition.name): \(error)"]
        }
    }

    private func reserve(_ endpoint: SharedEndpoint) {
        state.withLock { state in
            for address in endpoint.addresses {
                _ = state.networks[endpoint.network]?.pools[address.family]?.restore(address)
            }
        }
    }
}

extension NetworkController: ClusterHost {
    func take(_ effect: ClusterTable.Effect) {
        do throws(EngineError) {
            switch effect {
            case .networkCame(let network): try sharedNetworkCame(network)
            case .networkWent(let id): try sharedNetworkWent(id)
            case .endpointCame(let endpoint): try endpointCame(endpoint)
            case .endpointWent(let endpoint): endpointWent(endpoint)
            case .informed:
                for network in state.withLock({ Array($0.networks.values) }) { learn(network).forEach(clusterReports) }
            }
        } catch {
            clusterReports(error.message)
        }
    }

    func clusterReports(_ text: String) { state.withLock { $0.keeper }?.clusterReports(text) }

    private func sharedNetworkCame(_ network: SharedNetwork) throws(EngineError) {
        defer { state.withLock { $0.keeper }?.sharedNetworkCame(network) }
        do throws(EngineError) {
            for warning in try openShared(network.definition) { clusterReports(warning) }
        } catch {
            throw EngineError(error.kind, "network \(network.definition.name) can't be opened: \(error.message)")
        }
    }

    private func openShared(_ network: NetworkDefinition) throws(EngineError) -> [String] {
        try changing { () throws(EngineError) in
            if let opened = state.withLock({ $0.networks[network.id] }) { return learn(opened) }
            return try open(network, try driver(network.driver))
        }
    }

    /// Containers that are still on it keep it.
    private func sharedNetworkWent(_ id: String) throws(EngineError) {
        let (network, keeper) = state.withLock { ($0.networks[id], $0.keeper) }
        if let network, network.users > 0 {
            let name = network.definition.name
            guard let shared = keeper?.sharedNetwork(id), try cluster?.bringBack(shared) == true else {
                return clusterReports("network \(name) was removed while containers here are on it: they keep it")
            }
            return clusterReports("network \(name) was missing in the cluster store and is back: containers are on it")
        }
        try changing { () throws(EngineError) in try close(id, isShared: false) }
        keeper?.sharedNetworkWent(id)
    }

    private func endpointCame(_ endpoint: SharedEndpoint) throws(EngineError) {
        guard let network = state.withLock({ $0.networks[endpoint.network] }), let link = network.tunnel else { return }
        reserve(endpoint)
        do { try Tunnel(route: route, link: link).add(endpoint) } catch { throw .network(error) }
        try announce(endpoint)
    }

    private func endpointWent(_ endpoint: SharedEndpoint) {
        let (network, server) = state.withLock { state in
            for address in endpoint.addresses {
                state.networks[endpoint.network]?.pools[address.family]?.release(address)
            }
            return (state.networks[endpoint.network], state.nameServer)
        }
        server?.remove(endpoint: endpoint.id, from: endpoint.network)
        if let link = network?.tunnel { Tunnel(route: route, link: link).remove(endpoint) }
    }

    private func announce(_ endpoint: SharedEndpoint) throws(EngineError) {
        guard let name = endpoint.names.first else { return }
        try server().add(
            NameRecord(
                endpoint: endpoint.id, primaryName: name, names: Array(endpoint.names.dropFirst()),
                addresses: endpoint.addresses), to: endpoint.network)
    }
}
