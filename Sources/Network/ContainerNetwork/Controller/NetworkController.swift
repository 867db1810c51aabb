internal import LinuxSystem
internal import Netlink
public import Primitives
internal import Synchronization

/// Gives containers their networks.
///
/// All methods block (netlink, the firewall, small files) and are safe to call from several threads; the caller sees to
/// it that one container is not connected and disconnected at once. After a crash of the daemon: `start`, `restore`,
/// `collectGarbage`, in that order, before anything is connected.
public final class NetworkController: Sendable {
    struct State {
        var network: BridgeNetwork?
        var firewall: Firewall?
        var addresses: AddressPool?
        var ports: PortTable
        var endpoints: [ContainerID: Endpoint] = [:]
        var madeBridge = false
    }

    let configuration: NetworkConfiguration
    let settings: CheckedSettings
    let route: RouteConnection
    let maker: SandboxMaker
    let pool: SandboxPool
    let state: Mutex<State>

    /// Reads the configuration and changes nothing. The calling thread's network namespace is the host's.
    ///
    /// Errors: `badParameter` for values that make no sense alone or together.
    public init(configuration: NetworkConfiguration) throws(EngineError) {
        self.configuration = configuration
        settings = try CheckedSettings(configuration)
        do { route = try RouteConnection() } catch { throw .network(error) }
        maker = SandboxMaker(
            runDirectory: configuration.runDirectory, mark: "martlet/" + configuration.tableName, route: route)
        pool = SandboxPool(maker: maker, size: max(0, min(configuration.warmSandboxes, 64)))
        var ports = PortTable(ephemeral: PortTable.ephemeralRange())
        for port in configuration.reservedPorts {
            _ = ports.take(PortClaim(address: .any, port: port, transport: .tcp))
        }
        state = Mutex(State(ports: ports))
    }

    var isOff: Bool { configuration.bridge == "none" }

    /// Makes or takes over the bridge, the host's settings and the firewall table, and begins to fill the pool.
    ///
    /// Returns what is not as it should be but does not keep containers from running, for the log. Errors: `conflict`
    /// for an address that is taken or another than the bridge has, `notFound` for a bridge that should be there.
    @discardableResult
    public func start() throws(EngineError) -> [String] {
        try maker.prepareFolder()
        if isOff {
            pool.refill([nil])
            return []
        }
        let existed = (try? route.findLink(named: configuration.bridge)) != .some(nil)
        let network = try BridgeSetup(
            route: route, configuration: configuration, wanted: settings.bridgeCIDR, range: settings.fixedCIDR
        ).run()
        var warnings = changeHost(network)
        if !existed { try? HostFile.write(bridgeMark, []) }
        let firewall = configuration.managesFirewall ? try Firewall(ruleset(network)) : nil
        try firewall?.prepare()
        warnings += foreignDrops(firewall, network)
        state.withLock { state in
            state.network = network
            state.firewall = firewall
            state.madeBridge = !existed || HostFile.exists(bridgeMark)
            state.addresses = AddressPool(
                network: network.address, range: network.range, gateway: network.address.address)
        }
        pool.refill([network.port, nil])
        return warnings
    }

    private func ruleset(_ network: BridgeNetwork) -> Ruleset {
        Ruleset(
            table: configuration.tableName, bridge: network.name, subnet: network.address,
            masquerades: configuration.masquerades, allowsInterContainer: configuration.allowsInterContainer)
    }

    private func foreignDrops(_ firewall: Firewall?, _ network: BridgeNetwork) -> [String] {
        (firewall?.foreignDrops() ?? []).map {
            "the host's firewall drops forwarded packets by default (\($0)): containers reach other hosts only where its "
                + "own rules accept interface \(network.name)"
        }
    }

    /// What can't be set is told, not an error: Docker goes on too.
    private func changeHost(_ network: BridgeNetwork) -> [String] {
        var warnings: [String] = []
        var values: [(String, String)] = []
        if configuration.forwards { values.append(("ipv4/ip_forward", "1")) }
        // Published ports are reached at 127.0.0.1 too; the firewall keeps containers from it.
        if configuration.managesFirewall { values.append(("ipv4/conf/\(network.name)/route_localnet", "1")) }
        for (key, value) in values {
            do { try HostSettings.set(key, value) } catch { warnings.append("set \(key): \(error)") }
        }
        if !configuration.allowsInterContainer {
            do {
                try route.perform(.setBridgeFilter(.index(network.index), on: true))
            } catch {
                warnings.append("\(error)")
            }
        }
        return warnings
    }

    /// Says that the bridge is ours, for the daemon after this one.
    private var bridgeMark: String { "\(configuration.runDirectory)/made-\(configuration.bridge)" }

    /// Ends the daemon's part: what was made ahead goes; bridge, firewall and connected containers stay.
    public func stop() { pool.close() }

    /// Takes away everything that `start` and `connect` made, running containers' networks as well.
    public func destroy() throws(EngineError) {
        pool.close()
        let (ids, network, firewall, madeBridge) = state.withLock { state in
            (Array(state.endpoints.keys), state.network, state.firewall, state.madeBridge)
        }
        for id in ids { disconnect(id) }
        _ = maker.collectGarbage()
        try firewall?.remove()
        if madeBridge, let network {
            do { try route.perform(.deleteLink(.index(network.index))) } catch {
                // ENODEV: somebody was faster.
                if error.errno != 19 { throw .network(error) }
            }
            try? HostFile.remove(bridgeMark)
        }
        do { try HostDirectory.removeTree(maker.folder) } catch { throw .network(error, "remove \(maker.folder)") }
    }

    /// The default network; nil before `start` and where networking is switched off.
    public func info() -> BridgeNetworkInfo? {
        guard let network = state.withLock({ $0.network }) else { return nil }
        return BridgeNetworkInfo(
            networkID: network.id(table: configuration.tableName), bridge: network.name,
            subnet: network.address.subnet.description, gateway: network.address.address.description,
            addressRange: network.range?.description, mtu: network.mtu,
            allowsInterContainer: configuration.allowsInterContainer, masquerades: configuration.masquerades,
            defaultBindAddress: configuration.defaultBindAddress)
    }
}
