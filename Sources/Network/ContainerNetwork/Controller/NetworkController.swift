internal import LinuxSystem
internal import NameServer
internal import Netlink
internal import PortProxy
public import Primitives
internal import Synchronization

/// The host's networks for containers. One per daemon.
///
/// All calls block (netlink, files, the firewall); the engine makes them off its own threads. They may come from any
/// thread at the same time; different containers don't wait for each other but in the kernel.
public final class NetworkController: Sendable {
    struct State {
        /// By id.
        var networks: [String: OpenNetwork] = [:]
        var firewall: Firewall?
        var ports: PortTable
        var connections: [ContainerID: Connection] = [:]
        var madeBridge = false
        var watch: HostWatch?
        var nameServer: NameServer?
        var proxies: ProxyLauncher?
        weak var keeper: (any SharedNetworkKeeper)?
    }

    let configuration: NetworkConfiguration
    let settings: CheckedSettings
    let route: RouteConnection
    let bridges: BridgeLink
    let cables: CableMaker
    let maker: SandboxMaker
    let pool: SandboxPool
    let defaults: DefaultPools
    let cluster: Cluster?
    let state: Mutex<State>
    /// Held while a network is made or removed: what one chooses the next must not.
    private let turn = Mutex<Void>(())

    /// Reads the configuration and changes nothing. The calling thread's network namespace is the host's.
    ///
    /// Errors: `badParameter` for values that make no sense alone or together.
    public init(configuration: NetworkConfiguration) throws(EngineError) {
        self.configuration = configuration
        settings = try CheckedSettings(configuration)
        do { route = try RouteConnection() } catch { throw .network(error) }
        bridges = BridgeLink(route: route)
        cables = CableMaker(mark: "martlet/" + configuration.tableName, route: route)
        maker = SandboxMaker(runDirectory: configuration.runDirectory, cables: cables)
        pool = SandboxPool(maker: maker, size: max(0, min(configuration.warmSandboxes, 64)))
        defaults = DefaultPools(seed: configuration.seed)
        cluster = try configuration.cluster.map { [route] cluster throws(EngineError) in
            Cluster(cluster, engine: configuration.seed, try ClusterAddress(cluster.advertise, route))
        }
        var ports = PortTable(ephemeral: PortTable.ephemeralRange())
        for port in configuration.reservedPorts {
            for family in AddressFamily.allCases {
                _ = ports.take(PortClaim(address: .any(family), port: port, transport: .tcp))
            }
        }
        state = Mutex(State(ports: ports))
    }

    var isOff: Bool { configuration.bridge == "none" }
    /// The default network's.
    public var defaultID: String { DefaultBridge.id(configuration) }

    func changing<Value>(_ body: () throws(EngineError) -> Value) throws(EngineError) -> Value {
        try turn.withLock { (_) throws(EngineError) in try body() }
    }

    /// Makes or takes over the bridge, the host's settings, the firewall table and the networks that were made before,
    /// and begins to fill the pool.
    ///
    /// Returns what is not as it should be but does not keep containers from running, for the log; a network that can't
    /// be opened is among it. Errors: `conflict` for an address that is taken or another than the bridge has,
    /// `notFound` for a bridge that should be there.
    @discardableResult
    public func start(networks: [NetworkDefinition] = []) throws(EngineError) -> [String] {
        try maker.prepareFolder()
        if isOff {
            pool.refill([Sandbox.Kind()])
            return networks.map { "network \($0.name) is not there: networking is switched off" }
        }
        return try changing { () throws(EngineError) in
            let existed = (try? route.findLink(named: configuration.bridge)) != .some(nil)
            let network = try DefaultBridge(links: bridges, configuration: configuration, settings: settings)
                .open(among: networks)
            if !existed { try? HostFile.write(bridgeMark, []) }
            state.withLock { state in
                state.networks[network.id] = network
                state.madeBridge = !existed || HostFile.exists(bridgeMark)
            }
            var warnings = changeHost(for: network) + openAll(networks)
            let firewall = configuration.managesFirewall ? try prepareFirewall() : nil
            warnings += foreignDrops(firewall)
            pool.refill([Sandbox.Kind(link: network.link), Sandbox.Kind()])
            return warnings
        }
    }

    private func openAll(_ networks: [NetworkDefinition]) -> [String] {
        networks.flatMap { network in
            do throws(EngineError) {
                return try open(network, try driver(network.driver))
            } catch {
                // Containers may be on it all the same: its bridge is nobody's garbage.
                if let name = BridgeDriver.bridgeName(network) { cables.adopt(name) }
                if network.driver == OverlayDriver.name { overlays.adopt(network) }
                return ["network \(network.name) can't be opened: \(error.message)"]
            }
        }
    }

    /// Puts the table in place when there is none; one that is there keeps working until `restore` knows its ports.
    private func prepareFirewall() throws(EngineError) -> Firewall {
        let firewall = try Firewall(table: configuration.tableName)
        state.withLock { state in
            firewall.expect(state.networks.values.compactMap(\.rules))
            state.firewall = firewall
        }
        if !firewall.isThere { try firewall.rebuild() }
        return firewall
    }

    private func foreignDrops(_ firewall: Firewall?) -> [String] {
        (firewall?.foreignDrops() ?? []).map {
            "the host's firewall drops forwarded packets by default (\($0)): containers reach other hosts only where its "
                + "own rules accept interface \(configuration.bridge)"
        }
    }

    /// Says that the bridge is ours, for the daemon after this one.
    private var bridgeMark: String { "\(configuration.runDirectory)/made-\(configuration.bridge)" }

    /// Ends the daemon's part: what was made ahead goes; bridges, firewall and connected containers stay.
    public func stop() {
        state.withLock { $0.watch = nil }
        cluster?.stop()
        pool.close()
    }

    /// From now on the firewall's table is put back when somebody takes it away (`nft flush ruleset`), which `report`
    /// is told, and `resolverHasChanged` is called when the host's resolv.conf may be another. Both on a thread of the
    /// watch's own. Errors: of the kernel.
    public func watch(
        report: @escaping @Sendable (String) -> Void, resolverHasChanged: @escaping @Sendable () -> Void
    ) throws(EngineError) {
        let firewall = state.withLock { $0.firewall }
        do throws(SystemError) {
            let watch = try HostWatch(table: firewall?.table, path: configuration.resolverFile) { error in
                report("the host's network is not watched any more: \(error)")
            } tableIsGone: {
                guard let firewall, !firewall.isThere else { return }
                do throws(EngineError) {
                    try firewall.rebuild()
                    report("the firewall table \(firewall.table) was removed by somebody and is back")
                } catch {
                    report("the firewall table \(firewall.table) was removed by somebody: \(error.message)")
                }
            } fileHasChanged: {
                resolverHasChanged()
            }
            state.withLock { $0.watch = watch }
        } catch {
            throw .network(error, "watch the host")
        }
    }

    /// Takes away everything that `start`, `create` and `connect` made, running containers' networks as well.
    public func destroy() throws(EngineError) {
        stop()
        let (ids, networks, firewall, madeBridge) = state.withLock { state in
            (Array(state.connections.keys), Array(state.networks.values), state.firewall, state.madeBridge)
        }
        for id in ids { disconnect(id) }
        for network in networks where !network.isDefault { try driver(network.definition.driver).remove(network) }
        _ = maker.collectGarbage()
        try firewall?.remove()
        if madeBridge, let name = networks.first(where: \.isDefault)?.bridge {
            try bridges.remove(name)
            try? HostFile.remove(bridgeMark)
        }
        do { try HostDirectory.removeTree(maker.folder) } catch { throw .network(error, "remove \(maker.folder)") }
    }
}
