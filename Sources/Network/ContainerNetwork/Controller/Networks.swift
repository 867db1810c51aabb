internal import NameServer
internal import Netlink
public import Primitives
internal import Synchronization

extension NetworkController {
    /// Drivers by the names that `docker network create -d` takes.
    func driver(_ name: String) throws(EngineError) -> any NetworkDriver {
        switch name {
        case "bridge":
            return BridgeDriver(links: bridges, cables: cables, configuration: configuration, defaults: defaults)
        case "macvlan":
            return MacvlanDriver(route: route, cables: cables, configuration: configuration, defaults: defaults)
        case "null", "host": return FixedDriver(name: name)
        case OverlayDriver.name:
            return OverlayDriver(
                links: overlays, configuration: configuration, cluster: cluster, seed: configuration.seed)
        case "ipvlan":
            throw EngineError(.notImplemented, "networks of driver \(name) are not supported yet")
        default:
            throw EngineError(.notFound, "could not find plugin \(name) in v1 plugin registry: plugin not found")
        }
    }

    var overlays: OverlayLink { OverlayLink(route: route, cables: cables) }

    /// All networks that are open, the default one first.
    public var networks: [NetworkDefinition] {
        state.withLock { $0.networks.values.map(\.definition) }.sorted { left, right in
            (left.id == defaultID ? 0 : 1, left.name) < (right.id == defaultID ? 0 : 1, right.name)
        }
    }

    public func network(_ id: String) -> NetworkDefinition? { state.withLock { $0.networks[id]?.definition } }

    /// Makes a network; returns it with what was left open filled in, to be kept and given to `start` again, and what is
    /// not as it should be. `note`: what other engines' books should say of one that they share.
    ///
    /// Errors: `badParameter`, `forbidden` for addresses that overlap another network's, `conflict` for the bridge's
    /// name, `notFound` for the driver, `internal` from the kernel. After an error nothing is left.
    public func create(
        _ definition: NetworkDefinition, note: String = ""
    ) throws(EngineError) -> (network: NetworkDefinition, warnings: [String]) {
        try changing { () throws(EngineError) in
            guard !isOff else { throw EngineError(.unavailable, "networking is switched off") }
            var network = definition
            if let cluster, network.driver == OverlayDriver.name { return try createShared(network, note, cluster) }
            let driver = try driver(network.driver)
            try driver.complete(&network, among: networks)
            return (network, try open(network, driver))
        }
    }

    /// Under `changing`. Returns what is not as it should be.
    func open(_ network: NetworkDefinition, _ driver: any NetworkDriver) throws(EngineError) -> [String] {
        let opened = try driver.open(network)
        do throws(EngineError) {
            if let rules = opened.rules { try state.withLock { $0.firewall }?.add(rules) }
        } catch {
            try? driver.remove(opened)
            throw error
        }
        state.withLock { $0.networks[network.id] = opened }
        return changeHost(for: opened) + learn(opened)
    }

    /// Takes a network away, a shared one from all engines. One that is not there is no error. Errors: `forbidden` while
    /// somebody is on it, `unavailable` when the cluster store is not reached.
    public func remove(_ id: String) throws(EngineError) {
        try changing { () throws(EngineError) in try close(id, isShared: true) }
    }

    /// Under `changing`. `isShared`: the other engines' too.
    func close(_ id: String, isShared: Bool) throws(EngineError) {
        guard let network = try takeUnused(id) else {
            // One that could not be opened here is removed all the same.
            if isShared, let network = cluster?.network(id) { try cluster?.remove(network) }
            return
        }
        if isShared, network.tunnel != nil {
            do throws(EngineError) {
                try cluster?.remove(network.definition)
            } catch {
                state.withLock { $0.networks[id] = network }
                // What came meanwhile.
                _ = learn(network)
                throw error
            }
        }
        if let link = network.link { pool.drop(link) }
        state.withLock { $0.nameServer }?.removeZone(id)
        if let rules = network.rules { try state.withLock { $0.firewall }?.remove(rules) }
        try driver(network.definition.driver).remove(network)
    }

    private func takeUnused(_ id: String) throws(EngineError) -> OpenNetwork? {
        try state.withLock { (state) throws(EngineError) in
            guard let network = state.networks[id] else { return nil }
            guard network.users == 0 else {
                throw EngineError(
                    .forbidden,
                    "error while removing network: network \(network.definition.name) has active endpoints")
            }
            state.networks[id] = nil
            return network
        }
    }

    /// Settings of the host that the network's traffic needs. Returns what can't be set: Docker goes on too.
    func changeHost(for network: OpenNetwork) -> [String] {
        guard let bridge = network.bridge else { return [] }
        var warnings: [String] = []
        var values: [(String, String)] = []
        // Published ports are reached at 127.0.0.1 too; the firewall keeps containers from it.
        if configuration.managesFirewall && !network.definition.isInternal && network.tunnel == nil {
            values.append(("ipv4/conf/\(bridge)/route_localnet", "1"))
        }
        if configuration.forwards {
            values.append(("ipv4/ip_forward", "1"))
            if network.definition.hasIPv6 {
                values += [("ipv6/conf/default/forwarding", "1"), ("ipv6/conf/all/forwarding", "1")]
            }
        }
        for (key, value) in values {
            do { try HostSettings.set(key, value) } catch { warnings.append("set \(key): \(error)") }
        }
        guard let rules = network.rules, !rules.allowsInterContainer else { return warnings }
        do {
            try route.perform(.setBridgeFilter(.name(bridge), on: true))
        } catch {
            warnings.append("\(error)")
        }
        return warnings
    }
}
