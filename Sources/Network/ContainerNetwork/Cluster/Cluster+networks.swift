internal import KeyValueStore
internal import Primitives
internal import Synchronization

/// Networks, which engines agree on.
extension Cluster {
    private static let attempts = 20

    /// Tells the others of a new network, which `complete` makes one that fits to those that there are; it is asked again
    /// when another engine was faster.
    ///
    /// Errors: `unavailable` when the store is not reached, `conflict` for a name that is taken, what `complete` throws.
    func create(
        _ network: SharedNetwork, _ complete: ([NetworkDefinition]) throws(EngineError) -> NetworkDefinition
    ) throws(EngineError) -> SharedNetwork {
        for _ in 0..<Self.attempts {
            let snapshot = try store.entries(below: keys.networks)
            let others = snapshot.entries.compactMap { SharedNetwork(shared: $0.value)?.definition }
            guard !others.contains(where: { $0.name == network.definition.name }) else {
                throw EngineError(.conflict, "network with name \(network.definition.name) already exists")
            }
            var completed = network
            completed.definition = try complete(others)
            if try put(completed, ifNothingIsNewerThan: snapshot.revision) { return completed }
        }
        throw EngineError(.unavailable, "cluster store \(store.name): too many networks are made at the same time")
    }

    private func put(_ network: SharedNetwork, ifNothingIsNewerThan revision: Int64) throws(EngineError) -> Bool {
        let isMade = try store.commit(
            StoreTransaction(
                if: [.noneNewer(keys.networks, than: revision), .absent(keys.network(network.id))],
                [.put(keys.network(network.id), network.shared, nil)]))
        if isMade { state.withLock { $0.table.expect(network) } }
        return isMade
    }

    /// Removes a network for all engines. One that is not there is no error.
    ///
    /// Errors: `forbidden` while an engine has an endpoint on it, which the message names.
    func remove(_ network: NetworkDefinition) throws(EngineError) {
        let isRemoved = try store.commit(
            StoreTransaction(
                if: [.noneBelow(keys.endpoints(network.id))],
                [.delete(keys.network(network.id)), .deleteBelow(keys.addresses(network.id))]))
        guard !isRemoved else { return state.withLock { $0.table.forget(network.id) } }
        let users = state.withLock { $0.table.endpoints[network.id] ?? [:] }.values
        let list = users.map { "name:\"\($0.names.first ?? "")\" host:\"\($0.host)\"" }.sorted().joined(separator: ", ")
        throw EngineError(
            .forbidden,
            "error while removing network: network \(network.name) has active endpoints"
                + (list.isEmpty ? "" : " (\(list))"))
    }

    /// A network that containers here are still on is not in the store any more: it was lost, or removed while this engine
    /// was cut off. Puts it back, unless another has taken its place.
    func bringBack(_ network: SharedNetwork) throws(EngineError) -> Bool {
        let snapshot = try store.entries(below: keys.networks)
        let others = snapshot.entries.compactMap { SharedNetwork(shared: $0.value)?.definition }
        let (name, number) = (network.definition.name, OverlayOptions.number(of: network.definition))
        let clashes = others.contains { $0.name == name || OverlayOptions.number(of: $0) == number }
        guard !clashes else { return false }
        return try put(network, ifNothingIsNewerThan: snapshot.revision)
    }

    /// One that the store has.
    func network(_ id: String) -> NetworkDefinition? { state.withLock { $0.table.networks[id]?.definition } }

    func remoteEndpoints(on network: String) -> [SharedEndpoint] {
        state.withLock { Array(($0.table.endpoints[network] ?? [:]).values) }
    }
}
