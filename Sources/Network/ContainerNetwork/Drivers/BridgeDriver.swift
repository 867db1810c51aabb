internal import LinuxSystem
internal import Netlink
internal import Primitives

/// Networks that are a bridge of the host each (Docker's driver `bridge`), but the default one.
struct BridgeDriver: NetworkDriver {
    let links: BridgeLink
    let cables: CableMaker
    let configuration: NetworkConfiguration
    let defaults: DefaultPools

    private var route: RouteConnection { links.route }

    func complete(_ network: inout NetworkDefinition, among others: [NetworkDefinition]) throws(EngineError) {
        let options = try BridgeOptions(network)
        let name = Self.bridgeName(network, options)
        let bridges = others.filter { $0.driver == "bridge" }
        if let other = bridges.first(where: { Self.bridgeName($0) == name }) {
            throw EngineError(
                .conflict, "cannot create network \(network.name): bridge name \(name) is used by network \(other.name)"
            )
        }
        let used = try HostNetworks.used(route, resolverFile: configuration.resolverFile)
        try network.completePools(among: others, used: used, defaults: defaults)
    }

    static func bridgeName(_ network: NetworkDefinition, _ options: BridgeOptions) -> String {
        options.name ?? "br-\(network.id.prefix(12))"
    }

    /// Nil for a definition that makes no sense.
    static func bridgeName(_ network: NetworkDefinition) -> String? {
        (try? BridgeOptions(network)).map { bridgeName(network, $0) }
    }

    func open(_ network: NetworkDefinition) throws(EngineError) -> OpenNetwork {
        let options = try BridgeOptions(network)
        let plan = try AddressPlan(network)
        let name = Self.bridgeName(network, options)
        cables.adopt(name)
        do throws(EngineError) {
            let link = try bridge(name, plan, network)
            var opened = OpenNetwork(definition: network)
            opened.bridge = name
            let mtu = try HostNetworks.mtu(route, configured: options.mtu ?? configuration.mtu)
            opened.link = .bridge(link.index, mtu: mtu)
            opened.interfacePrefix = options.interfacePrefix
            opened.bindAddress = options.bindAddress
            opened.pools = plan.pools.mapValues(NetworkPool.init)
            opened.rules = rules(name, network, plan, options)
            return opened
        } catch {
            cables.forget(name)
            throw error
        }
    }

    private func bridge(_ name: String, _ plan: AddressPlan, _ network: NetworkDefinition) throws(EngineError) -> Link {
        var wanted = plan.pools.values.compactMap { pool in
            pool.gateway.flatMap { IPNetwork($0, prefixLength: Int(pool.subnet.prefixLength)) }
        }
        if network.hasIPv6 { wanted.append(BridgeLink.linkLocal) }
        guard let existing = try links.find(name) else {
            return try links.make(name, alias: cables.mark, wanted)
        }
        try links.ensure(wanted, on: existing)
        return existing
    }

    private func rules(
        _ name: String, _ network: NetworkDefinition, _ plan: AddressPlan, _ options: BridgeOptions
    ) -> BridgeRules {
        let families = Set(plan.pools.keys)
        return BridgeRules(
            bridge: name, subnets: plan.pools.values.map(\.subnet),
            masqueraded: options.masquerades && configuration.masquerades ? families.subtracting(options.routed) : [],
            routed: options.routed, allowsInterContainer: options.allowsInterContainer, isInternal: network.isInternal)
    }

    /// A bridge that somebody else made stays.
    func remove(_ network: OpenNetwork) throws(EngineError) {
        guard let name = network.bridge else { return }
        if let link = try links.find(name), link.alias == cables.mark { try links.remove(name) }
        cables.forget(name)
    }
}

extension NetworkPool {
    init(_ pool: AddressPlan.Pool) {
        self.init(
            subnet: pool.subnet, range: pool.range, gateway: pool.defaultGateway ?? pool.gateway,
            reserved: [pool.gateway].compactMap(\.self) + pool.auxiliary.values)
    }
}
