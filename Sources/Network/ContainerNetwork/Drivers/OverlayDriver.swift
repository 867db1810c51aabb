internal import Netlink
internal import Primitives

/// Networks of several hosts (Docker's driver `overlay`): on each a bridge, and a tunnel to the others (VXLAN, RFC 7348).
///
/// The host itself is not on such a network and nothing is routed to or from it: containers get another link for the
/// world outside.
struct OverlayDriver: NetworkDriver {
    static let name = "overlay"
    /// Of UDP (IANA).
    static let port: UInt16 = 4789

    let links: OverlayLink
    let configuration: NetworkConfiguration
    let cluster: Cluster?
    let seed: String

    private var share: Cluster {
        get throws(EngineError) {
            guard let cluster else {
                throw EngineError(
                    .forbidden,
                    "datastore for scope \"global\" is not initialized: overlay networks need a cluster store "
                        + "(--cluster-store=etcd://HOST:PORT --cluster-advertise=ADDRESS:PORT)")
            }
            return cluster
        }
    }

    /// `others`: networks of the same hosts that it must fit to, and those of this one that its choice keeps clear of.
    func complete(_ network: inout NetworkDefinition, among others: [NetworkDefinition]) throws(EngineError) {
        let options = try OverlayOptions(network)
        let shared = others.filter { $0.driver == Self.name }
        if let number = options.number {
            if let other = shared.first(where: { OverlayOptions.number(of: $0) == number }) {
                throw EngineError(.forbidden, "VXLAN id \(number) is used by network \(other.name)")
            }
        } else {
            network.options[OverlayOptions.numbers] = "\(OverlayOptions.chooseNumber(among: shared))"
        }
        var used = try HostNetworks.used(links.route, resolverFile: configuration.resolverFile)
        for other in others where other.driver != Self.name { used += other.pools.compactMap { IPNetwork($0.subnet) } }
        try network.completePools(
            among: shared, used: used, defaults: DefaultPools(seed: seed, scope: .cluster))
    }

    func open(_ network: NetworkDefinition) throws(EngineError) -> OpenNetwork {
        let cluster = try share
        let options = try OverlayOptions(network)
        let plan = try AddressPlan(network)
        guard let number = options.number else { throw DriverOptions.invalid(OverlayOptions.numbers, "") }
        let vxlan = VXLAN(id: number, local: cluster.advertised.address, port: Self.port)
        let (bridge, tunnel) = try links.open(network, vxlan, mtu: options.mtu)
        var opened = OpenNetwork(definition: network)
        opened.bridge = bridge.name
        opened.tunnel = tunnel.index
        opened.link = .bridge(bridge.index, mtu: options.mtu)
        opened.interfacePrefix = options.interfacePrefix
        opened.pools = plan.pools.mapValues { pool in
            // Nobody has the gateway's address, but Docker keeps it free.
            NetworkPool(
                subnet: pool.subnet, range: pool.range, gateway: nil,
                reserved: [pool.gateway].compactMap(\.self) + pool.auxiliary.values)
        }
        opened.rules = BridgeRules(
            bridge: bridge.name, subnets: [], masqueraded: [], allowsInterContainer: true, isInternal: true)
        return opened
    }

    func remove(_ network: OpenNetwork) throws(EngineError) { try links.remove(network.definition) }
}
