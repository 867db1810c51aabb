internal import Netlink
internal import Primitives

/// Finds a network for a bridge that is to be made.
enum BridgeAddress {
    /// Docker's list; today's default first.
    static let candidates = [
        "172.17.0.1/16", "10.0.42.1/16", "10.1.42.1/16", "10.42.42.1/16", "172.16.42.1/24", "172.16.43.1/24",
        "172.16.44.1/24", "10.0.42.1/24", "10.0.43.1/24", "192.168.42.1/24", "192.168.43.1/24", "192.168.44.1/24",
    ].compactMap { IPv4Network($0) }

    /// The first that overlaps neither a route nor a name server of the host.
    static func choose(for bridge: String, routes: [Route], servers: [String]) throws(EngineError) -> IPv4Network {
        let used =
            routes.compactMap(network)
            + servers.compactMap { IPv4Address($0) }.compactMap { IPv4Network($0, prefixLength: 32) }
        guard let free = candidates.first(where: { candidate in !used.contains { $0.overlaps(candidate) } }) else {
            throw EngineError(
                .conflict,
                "Could not find a free IP address range for interface '\(bridge)'. Please configure its address "
                    + "manually and run 'docker -b \(bridge)'")
        }
        return free
    }

    private static func network(_ route: Route) -> IPv4Network? {
        guard case .v4(let address)? = route.destination, route.table != 255 else { return nil }
        return IPv4Network(address, prefixLength: route.prefixLength)
    }
}
