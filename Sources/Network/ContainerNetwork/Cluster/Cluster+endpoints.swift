internal import KeyValueStore
internal import Primitives
internal import Synchronization

/// What this engine tells of its own endpoints.
extension Cluster {
    enum Registration: Hashable {
        case done
        /// Another endpoint has these addresses; none when it had them for a moment.
        case taken(Set<IPAddress>)
    }

    /// Tells the others of a new endpoint, if nobody else has its addresses and its network is there.
    ///
    /// Errors: `unavailable` without a connection to the store, `notFound` when the network was removed.
    func register(_ spec: EndpointSpec) throws(EngineError) -> Registration {
        let endpoint = SharedEndpoint(spec, engine: engine, host: advertised.address)
        let lease = try state.withLock { (state) throws(EngineError) in
            guard state.isConnected, let lease = state.lease else { throw notReached }
            state.own[endpoint.id] = OwnEndpoint(value: endpoint, isTold: false)
            return lease
        }
        do throws(EngineError) {
            let network = StoreTransaction.Condition.present(keys.network(endpoint.network))
            let free = endpoint.addresses.map { StoreTransaction.Condition.absent(keys.address($0, endpoint.network)) }
            guard try store.commit(StoreTransaction(if: [network] + free, puts(endpoint, lease))) else {
                state.withLock { $0.own[endpoint.id] = nil }
                return .taken(try findTaken(endpoint))
            }
            state.withLock { $0.own[endpoint.id]?.isTold = true }
            return .done
        } catch {
            state.withLock { $0.own[endpoint.id] = nil }
            // It may have arrived all the same.
            askForSync()
            throw error
        }
    }

    private var notReached: EngineError {
        EngineError(.unavailable, "cluster store \(store.name) is not reached")
    }

    private func findTaken(_ endpoint: SharedEndpoint) throws(EngineError) -> Set<IPAddress> {
        let network = keys.network(endpoint.network)
        guard try store.entries(below: network).entries.contains(where: { $0.key == network }) else {
            throw EngineError(.notFound, "network \(endpoint.network) not found")
        }
        let given = Set(try store.entries(below: keys.addresses(endpoint.network)).entries.map(\.key))
        return Set(endpoint.addresses.filter { given.contains(keys.address($0, endpoint.network)) })
    }

    private func puts(_ endpoint: SharedEndpoint, _ lease: StoreLease) -> [StoreTransaction.Change] {
        [.put(keys.endpoint(endpoint), endpoint.shared, lease)]
            + endpoint.addresses.map { .put(keys.address($0, endpoint.network), Array(endpoint.id.utf8), lease) }
    }

    /// Takes an endpoint out of the store, and its addresses unless they are another's by now.
    private func withdraw(_ endpoint: SharedEndpoint) throws(EngineError) {
        let owner = Array(endpoint.id.utf8)
        let given = endpoint.addresses.map { keys.address($0, endpoint.network) }
        let deletion = StoreTransaction.Change.delete(keys.endpoint(endpoint))
        let whole = StoreTransaction(if: given.map { .holds($0, owner) }, [deletion] + given.map { .delete($0) })
        if try store.commit(whole) { return }
        _ = try store.commit(StoreTransaction([deletion]))
        for key in given { _ = try store.commit(StoreTransaction(if: [.holds(key, owner)], [.delete(key)])) }
    }

    /// An endpoint of a container that runs since before this daemon: the store has it already, or will be told.
    func adopt(_ spec: EndpointSpec) {
        let endpoint = SharedEndpoint(spec, engine: engine, host: advertised.address)
        state.withLock { $0.own[endpoint.id] = OwnEndpoint(value: endpoint, isTold: true) }
    }

    /// An endpoint has other names.
    func update(_ spec: EndpointSpec) {
        let endpoint = SharedEndpoint(spec, engine: engine, host: advertised.address)
        let isNew = state.withLock { state in
            guard let own = state.own[endpoint.id], own.value != endpoint else { return false }
            state.own[endpoint.id]?.value = endpoint
            return true
        }
        if isNew { askForSync() }
    }

    /// Takes an endpoint back. False when the store can't be told now: then the host hears when its addresses are free.
    func unregister(_ id: String) -> Bool {
        guard state.withLock({ $0.own[id] != nil }) else { return true }
        return telling.withLock { _ in
            let (own, isConnected) = state.withLock { ($0.own.removeValue(forKey: id), $0.isConnected) }
            guard let own else { return true }
            guard isConnected else { return false }
            if (try? withdraw(own.value)) != nil { return true }
            askForSync()
            return false
        }
    }

    /// The store gets what it lacks of this engine's endpoints, and loses what is not there any more.
    func tellAll(_ lease: StoreLease, _ snapshot: StoreSnapshot) throws(EngineError) {
        try telling.withLock { (_) throws(EngineError) in
            let there = SnapshotOfOwn(snapshot, keys, engine)
            let own = state.withLock { $0.own }
            let place = "\(advertised.address.with(port: advertised.port))"
            _ = try store.commit(StoreTransaction([.put(keys.engine(engine), Array(place.utf8), lease)]))
            for endpoint in there.endpoints where own[endpoint.id] == nil {
                try withdraw(endpoint)
                perform([.endpointWent(endpoint)])
            }
            for endpoint in own.values.filter(\.isTold).map(\.value) { try tell(endpoint, lease, there) }
        }
    }

    private func tell(_ endpoint: SharedEndpoint, _ lease: StoreLease, _ there: SnapshotOfOwn) throws(EngineError) {
        let network = endpoint.network
        var conditions = [StoreTransaction.Condition.present(keys.network(network))]
        for address in endpoint.addresses {
            let key = keys.address(address, network)
            switch there.owners[key] {
            case endpoint.id?: conditions.append(.holds(key, Array(endpoint.id.utf8)))
            case nil: conditions.append(.absent(key))
            case .some:
                return report(
                    "address \(address) of endpoint \(endpoint.id.prefix(12)) on network \(network.prefix(12)) was given to "
                        + "another while this engine was away")
            }
        }
        if try !store.commit(StoreTransaction(if: conditions, puts(endpoint, lease))) {
            report(
                "endpoint \(endpoint.id.prefix(12)) can't be told: network \(network.prefix(12)) is gone, or its address "
                    + "is another's")
        }
    }
}

/// What the store has of an engine.
private struct SnapshotOfOwn {
    var endpoints: [SharedEndpoint] = []
    /// By key of an address the endpoint's id.
    var owners: [String: String] = [:]

    init(_ snapshot: StoreSnapshot, _ keys: ClusterKeys, _ engine: String) {
        for entry in snapshot.entries {
            if entry.key.hasPrefix(keys.base + "addresses/") {
                owners[entry.key] = String(decoding: entry.value, as: UTF8.self)
            } else if entry.key.hasPrefix(keys.allEndpoints), let endpoint = SharedEndpoint(shared: entry.value),
                endpoint.engine == engine, keys.endpoint(endpoint) == entry.key
            {
                endpoints.append(endpoint)
            }
        }
    }
}
