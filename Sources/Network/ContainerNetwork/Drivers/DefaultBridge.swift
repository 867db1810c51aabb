internal import LinuxSystem
internal import Netlink
internal import Primitives

/// The network `bridge`, which the daemon's flags describe (Docker 1.6 `daemon/networkdriver/bridge`).
struct DefaultBridge: Sendable {
    let links: BridgeLink
    let configuration: NetworkConfiguration
    let settings: CheckedSettings

    /// The same for the same bridge of the same daemon, over restarts.
    static func id(_ configuration: NetworkConfiguration) -> String {
        Digest.sha256(of: Array("network \(configuration.tableName) \(configuration.bridge)".utf8)).hex
    }

    /// Finds or makes the bridge. `others`: networks that are there. After an error none has been made.
    func open(among others: [NetworkDefinition]) throws(EngineError) -> OpenNetwork {
        let name = configuration.bridge
        let existed = try links.find(name) != nil
        let (link, address) = try bridge(name, others)
        do {
            return try network(on: link, address)
        } catch {
            if !existed { try? links.remove(name) }
            throw error
        }
    }

    private func network(on link: Link, _ address: IPNetwork) throws(EngineError) -> OpenNetwork {
        try checkInside(address)
        var network = OpenNetwork(definition: definition(address))
        network.isDefault = true
        network.bridge = link.name
        network.link = .bridge(link.index, mtu: try HostNetworks.mtu(links.route, configured: configuration.mtu))
        network.pools = try AddressPlan(network.definition).pools.mapValues(NetworkPool.init)
        if configuration.hasIPv6 { try addIPv6(link, &network) }
        network.rules = rules(network)
        return network
    }

    private func bridge(_ name: String, _ others: [NetworkDefinition]) throws(EngineError) -> (Link, IPNetwork) {
        guard let link = try links.find(name) else {
            guard configuration.createsBridge else {
                throw EngineError(.notFound, "bridge \(name): no such network interface")
            }
            let address = try wanted(name, others)
            return (try links.make(name, [address]), address)
        }
        return (link, try reuse(link, others))
    }

    /// The address that the bridge has, or gets.
    private func reuse(_ link: Link, _ others: [NetworkDefinition]) throws(EngineError) -> IPNetwork {
        let existing = try links.addresses(of: link).filter { $0.family == .v4 }
        guard let first = existing.first else {
            guard configuration.createsBridge else {
                throw EngineError(.badParameter, "bridge \(link.name) has no IPv4 address")
            }
            let address = try wanted(link.name, others)
            try links.ensure([address], on: link)
            return address
        }
        if let wanted = settings.bridgeCIDR, !existing.contains(wanted) {
            throw EngineError(
                .conflict,
                "Bridge ip (\(first.address)) does not match existing bridge configuration \(wanted.address)")
        }
        try links.ensure([], on: link)
        return settings.bridgeCIDR ?? first
    }

    /// `--bip`, else the first of Docker's list that nobody has.
    private func wanted(_ name: String, _ others: [NetworkDefinition]) throws(EngineError) -> IPNetwork {
        if let address = settings.bridgeCIDR { return address }
        let used = try HostNetworks.used(links.route, resolverFile: configuration.resolverFile)
        return try BridgeAddress.choose(
            for: name, used: used + others.flatMap { $0.pools.compactMap { IPNetwork($0.subnet) } })
    }

    private func definition(_ address: IPNetwork) -> NetworkDefinition {
        var pool = NetworkDefinition.Pool(
            subnet: "\(address.subnet)", range: settings.fixedCIDR.map { "\($0.subnet)" } ?? "",
            gateway: "\(address.address)")
        if let gateway = settings.defaultGateway {
            pool.auxiliary[AddressPlan.Pool.defaultGatewayName(.v4)] = "\(gateway)"
        }
        return NetworkDefinition(
            id: Self.id(configuration), name: "bridge", hasIPv6: configuration.hasIPv6, pools: [pool],
            options: [
                BridgeOptions.isDefault: "true", BridgeOptions.name: configuration.bridge,
                BridgeOptions.allowsInterContainer: "\(configuration.allowsInterContainer)",
                BridgeOptions.masquerades: "\(configuration.masquerades)",
                BridgeOptions.bindAddress: configuration.defaultBindAddress,
                DriverOptions.mtu: "\(configuration.mtu)",
            ])
    }

    private func checkInside(_ address: IPNetwork) throws(EngineError) {
        if let range = settings.fixedCIDR, !address.contains(range) {
            throw EngineError(
                .badParameter, "network \(address.subnet) does not contain specified subnet \(range.subnet)")
        }
        if let gateway = settings.defaultGateway, !address.contains(gateway) {
            throw EngineError(.badParameter, "default gateway \(gateway) must be part of the network \(address.subnet)")
        }
    }

    /// `fe80::1` on the bridge; with a subnet, a route to it and addresses of it for containers.
    private func addIPv6(_ link: Link, _ network: inout OpenNetwork) throws(EngineError) {
        let own = try links.addresses(of: link).filter { $0.family == .v6 }
        if let other = own.first(where: { !$0.address.isSelfMade }), !own.contains(BridgeLink.linkLocal),
            configuration.createsBridge
        {
            throw EngineError(
                .conflict, "Bridge IPv6 (\(other.address)) does not match existing bridge configuration fe80::1")
        }
        try links.ensure([BridgeLink.linkLocal], on: link)
        guard let subnet = settings.fixedCIDRv6?.subnet else { return }
        let gateway = settings.defaultGatewayV6 ?? BridgeLink.linkLocal.address
        do {
            let there = try links.route.routes().contains {
                $0.link == link.index && $0.destination == subnet.address && $0.prefixLength == Int(subnet.prefixLength)
            }
            if !there { try links.route.perform(.addRoute(to: subnet, link: link.index)) }
        } catch {
            throw .network(error)
        }
        network.definition.pools.append(.init(subnet: "\(subnet)", gateway: "\(gateway)"))
        network.pools[.v6] = NetworkPool(subnet: subnet, range: nil, gateway: gateway, followsMAC: true)
    }

    /// Addresses of the Internet are reached by themselves, as IPv6 was made; those of one site leave by the host's.
    private func rules(_ network: OpenNetwork) -> BridgeRules {
        let subnets = network.pools.values.map(\.subnet)
        var rules = BridgeRules(
            bridge: configuration.bridge, subnets: subnets, masqueraded: [],
            allowsInterContainer: configuration.allowsInterContainer, isInternal: false)
        if configuration.masquerades { rules.masqueraded.insert(.v4) }
        if let v6 = network.pools[.v6]?.subnet {
            if case .v6(let address) = v6.address, address.isUniqueLocal {
                if configuration.masquerades { rules.masqueraded.insert(.v6) }
            } else {
                rules.routed.insert(.v6)
            }
        }
        return rules
    }
}

extension IPAddress {
    /// The kernel gives such to every link.
    fileprivate var isSelfMade: Bool {
        if case .v6(let address) = self { return address.isLinkLocal && address.low != 1 }
        return false
    }
}
