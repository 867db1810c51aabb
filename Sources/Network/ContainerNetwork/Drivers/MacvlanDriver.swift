internal import Netlink
internal import Primitives

/// Networks whose containers stand beside the host on one of its links, each with a link address of its own (Docker's
/// driver `macvlan`). Addresses, gateway and everybody else are those of the network out there.
struct MacvlanDriver: NetworkDriver {
    private static let parent = "parent"
    private static let mode = "macvlan_mode"
    /// `linux/if_link.h`
    private static let modes: [String: UInt32] = ["private": 1, "vepa": 2, "bridge": 4, "passthru": 8]

    let route: RouteConnection
    let cables: CableMaker
    let configuration: NetworkConfiguration
    let defaults: DefaultPools

    func complete(_ network: inout NetworkDefinition, among others: [NetworkDefinition]) throws(EngineError) {
        let options = try checked(network)
        if let parent = options.text(Self.parent) {
            guard !network.isInternal else {
                throw EngineError(
                    .badParameter, "an internal network has no parent interface: \(parent) leads out of the host")
            }
            guard LinkName.isValid(parent) else { throw DriverOptions.invalid(Self.parent, parent) }
            if let other = others.first(where: { $0.driver == "macvlan" && $0.options[Self.parent] == parent }) {
                throw EngineError(.forbidden, "network \(other.name) is already using parent interface \(parent)")
            }
        }
        let used = try HostNetworks.used(route, resolverFile: configuration.resolverFile)
        try network.completePools(among: others, used: used, defaults: defaults)
    }

    private func checked(_ network: NetworkDefinition) throws(EngineError) -> DriverOptions {
        let options = DriverOptions(network)
        try options.refuseUnknown([DriverOptions.prefix, DriverOptions.mtu], driver: "macvlan")
        if let mode = options.text(Self.mode), Self.modes[mode] == nil {
            throw EngineError(
                .badParameter, "requested macvlan mode '\(mode)' is not valid, 'bridge' mode is the default")
        }
        return options
    }

    func open(_ network: NetworkDefinition) throws(EngineError) -> OpenNetwork {
        let options = try checked(network)
        let plan = try AddressPlan(network)
        let link = try parent(of: network, options)
        var opened = OpenNetwork(definition: network)
        let mtu = try options.mtu() ?? link.mtu
        guard mtu <= link.mtu else {
            throw EngineError(.badParameter, "the mtu \(mtu) is larger than that of \(link.name), \(link.mtu)")
        }
        let mode = Self.modes[options.text(Self.mode) ?? "bridge"] ?? 4
        opened.link = .macvlan(parent: link.index, mode: mode, mtu: mtu)
        opened.interfacePrefix = try options.interfacePrefix()
        opened.pools = plan.pools.mapValues(NetworkPool.init)
        return opened
    }

    /// The host's link, `eth0.10` for VLAN 10 of eth0, or with none one that leads nowhere.
    private func parent(of network: NetworkDefinition, _ options: DriverOptions) throws(EngineError) -> Link {
        let name = options.text(Self.parent) ?? Self.closedName(network)
        do {
            if let link = try route.findLink(named: name) {
                if link.alias == cables.mark { cables.adopt(name) }
                return link
            }
            cables.adopt(name)
            try make(name, options)
            try route.perform(.setUp(.name(name)))
            return try route.link(named: name)
        } catch {
            cables.forget(name)
            throw error as? EngineError ?? EngineError(.internal, "macvlan parent \(name): \(error)", cause: error)
        }
    }

    private func make(_ name: String, _ options: DriverOptions) throws {
        guard options.text(Self.parent) != nil else {
            // A bridge without ports leads nowhere, and every kernel has it.
            return try route.perform([.addBridge(name), .setAlias(.name(name), cables.mark)])
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let id = UInt16(parts[1]), (1...4094).contains(id),
            let base = try route.findLink(named: String(parts[0]))
        else {
            throw EngineError(.badParameter, "invalid subinterface vlan name \(name), example formatting is eth0.10")
        }
        try route.perform(.addVLAN(name, parent: base.index, id: id, alias: cables.mark))
    }

    private static func closedName(_ network: NetworkDefinition) -> String { "dm-\(network.id.prefix(12))" }

    /// A link of the host's stays.
    func remove(_ network: OpenNetwork) throws(EngineError) {
        let name = network.definition.options[Self.parent] ?? Self.closedName(network.definition)
        do {
            if let link = try route.findLink(named: name), link.alias == cables.mark {
                try route.perform(.deleteLink(.index(link.index)))
            }
        } catch {
            throw .network(error)
        }
        cables.forget(name)
    }
}
