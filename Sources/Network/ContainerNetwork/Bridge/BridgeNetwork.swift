internal import LinuxSystem
internal import Netlink
internal import Primitives

/// The default network, once its bridge is there.
struct BridgeNetwork: Sendable, Hashable {
    var name: String
    var index: Int32
    /// The bridge's address, which is the containers' gateway.
    var address: IPv4Network
    var range: IPv4Network?
    /// Of the containers' links.
    var mtu: Int

    /// The same for the same bridge of the same daemon, over restarts.
    func id(table: String) -> String { Digest.sha256(of: Array("network \(table) \(name)".utf8)).hex }
    var port: SandboxMaker.Port { SandboxMaker.Port(bridge: index, mtu: mtu) }
}

/// Finds or makes the bridge (Docker 1.6 `daemon/networkdriver/bridge`).
struct BridgeSetup {
    let route: RouteConnection
    let configuration: NetworkConfiguration
    /// `--bip`, `--fixed-cidr`.
    let wanted: IPv4Network?
    let range: IPv4Network?

    func run() throws(EngineError) -> BridgeNetwork {
        do {
            let name = configuration.bridge
            if let link = try route.findLink(named: name) { return try reuse(link) }
            guard configuration.createsBridge else {
                throw EngineError(.notFound, "bridge \(name): no such network interface")
            }
            return try make(name)
        } catch let error as NetlinkError {
            throw .network(error)
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.internal, "bridge \(configuration.bridge): \(error)", cause: error)
        }
    }

    private func make(_ name: String) throws -> BridgeNetwork {
        let address = try wanted ?? choose(name)
        // A bridge without an address of its own takes the lowest of its ports, and changes it as they come and go.
        var mac: [UInt8] = [0x02, 0x42]
        for _ in 0..<4 { mac.append(.random(in: .min ... .max)) }
        try route.perform([.addBridge(name, mac: MACAddress(bytes: mac)), .setUp(.name(name))])
        let link = try route.link(named: name)
        do {
            try add(address, to: link)
            return try network(link, address)
        } catch {
            attemptRemoval(of: link)
            throw error
        }
    }

    private func attemptRemoval(of link: Link) {
        // The first error is the one to tell.
        _ = try? route.perform(.deleteLink(.index(link.index)))
    }

    private func reuse(_ link: Link) throws -> BridgeNetwork {
        guard link.kind == "bridge" else {
            throw EngineError(.conflict, "network interface \(link.name) exists and is not a bridge")
        }
        let existing = try route.addresses().compactMap { entry -> IPv4Network? in
            guard entry.link == link.index, case .v4(let address) = entry.address else { return nil }
            return IPv4Network(address, prefixLength: entry.prefixLength)
        }
        guard let address = existing.first else {
            guard configuration.createsBridge else {
                throw EngineError(.badParameter, "bridge \(link.name) has no IPv4 address")
            }
            let address = try wanted ?? choose(link.name)
            try add(address, to: link)
            if !link.isUp { try route.perform(.setUp(.index(link.index))) }
            return try network(link, address)
        }
        if let wanted, !existing.contains(wanted) {
            throw EngineError(
                .conflict,
                "Bridge ip (\(address.address)) does not match existing bridge configuration \(wanted.address)")
        }
        if !link.isUp { try route.perform(.setUp(.index(link.index))) }
        return try network(link, wanted ?? address)
    }

    private func choose(_ name: String) throws -> IPv4Network {
        let host = (try? HostFile.read(configuration.resolverFile, limit: 1 << 20)) ?? []
        let servers = ResolverFile(parsing: String(decoding: host, as: UTF8.self)).servers
        return try BridgeAddress.choose(for: name, routes: try route.routes(), servers: servers)
    }

    private func add(_ address: IPv4Network, to link: Link) throws(NetlinkError) {
        try route.perform(
            .addAddress(.v4(address.address), prefixLength: Int(address.prefixLength), to: link.index))
    }

    private func network(_ link: Link, _ address: IPv4Network) throws -> BridgeNetwork {
        if let range, !address.contains(range) {
            throw EngineError(
                .badParameter, "network \(address.subnet) does not contain specified subnet \(range.subnet)")
        }
        return BridgeNetwork(
            name: link.name, index: link.index, address: address, range: range?.subnet, mtu: try containerMTU())
    }

    /// `--mtu`, else that of the link the default route leads out by, else 1500.
    private func containerMTU() throws -> Int {
        if configuration.mtu > 0 { return configuration.mtu }
        let out = try route.routes().first { route in
            if case .v4? = route.gateway { return route.destination == nil && route.table == 254 }
            return false
        }
        guard let index = out?.link else { return 1500 }
        return try route.links().first { $0.index == index }.map(\.mtu) ?? 1500
    }
}
