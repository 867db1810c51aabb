internal import LinuxSystem
internal import Netlink
internal import Primitives

/// Finds a network for a bridge that is to be made.
enum BridgeAddress {
    /// Docker's list; today's default first.
    static let candidates = [
        "172.17.0.1/16", "10.0.42.1/16", "10.1.42.1/16", "10.42.42.1/16", "172.16.42.1/24", "172.16.43.1/24",
        "172.16.44.1/24", "10.0.42.1/24", "10.0.43.1/24", "192.168.42.1/24", "192.168.43.1/24", "192.168.44.1/24",
    ].compactMap { IPNetwork($0) }

    /// The first that overlaps neither a route nor a name server of the host.
    static func choose(for bridge: String, used: [IPNetwork]) throws(EngineError) -> IPNetwork {
        guard let free = candidates.first(where: { candidate in !used.contains { $0.overlaps(candidate) } }) else {
            throw EngineError(
                .conflict,
                "Could not find a free IP address range for interface '\(bridge)'. Please configure its address "
                    + "manually and run 'docker -b \(bridge)'")
        }
        return free
    }
}

/// What the host's network has in use: an address range for a new network must not be among it.
enum HostNetworks {
    /// Its routes and its name servers.
    static func used(_ route: RouteConnection, resolverFile: String) throws(EngineError) -> [IPNetwork] {
        let routes: [Route]
        do { routes = try route.routes() } catch { throw .network(error) }
        let host = (try? HostFile.read(resolverFile, limit: 1 << 20)) ?? []
        let servers = ResolverFile(parsing: String(decoding: host, as: UTF8.self)).servers
        return routes.compactMap(network)
            + servers.compactMap { IPAddress($0) }.compactMap { IPNetwork($0, prefixLength: $0.family.width) }
    }

    private static func network(_ route: Route) -> IPNetwork? {
        guard let address = route.destination, route.table != 255, !address.isMulticast else { return nil }
        return IPNetwork(address, prefixLength: route.prefixLength)
    }

    /// `--mtu` when it says something, else that of the link the default route leads out by, else 1500.
    static func mtu(_ route: RouteConnection, configured: Int) throws(EngineError) -> Int {
        if configured > 0 { return configured }
        do {
            let out = try route.routes().first { route in
                if case .v4? = route.gateway { return route.destination == nil && route.table == 254 }
                return false
            }
            guard let index = out?.link else { return 1500 }
            return try route.links().first { $0.index == index }.map(\.mtu) ?? 1500
        } catch {
            throw .network(error)
        }
    }
}
