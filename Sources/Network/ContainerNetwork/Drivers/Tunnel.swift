internal import Netlink
internal import Primitives

/// What a tunnel knows of the containers on other hosts: their link addresses, so that nobody has to be asked, and the
/// hosts that frames to them go to.
struct Tunnel: Sendable {
    let route: RouteConnection
    /// Number of the link.
    let link: Int32

    func add(_ endpoint: SharedEndpoint) throws(NetlinkError) {
        guard let neighbours = endpoint.neighbours(on: link), let entry = endpoint.forwarding(on: link) else { return }
        try route.perform(neighbours.map(RouteRequest.putNeighbour) + [.putForwarding(entry)])
    }

    /// What is not known is no error.
    func remove(_ endpoint: SharedEndpoint) {
        guard let neighbours = endpoint.neighbours(on: link), let entry = endpoint.forwarding(on: link) else { return }
        for neighbour in neighbours { _ = try? route.perform(.removeNeighbour(neighbour)) }
        _ = try? route.perform(.removeForwarding(entry))
    }

    /// Forgets what the daemon before knew and is not so any more, and learns the rest.
    func replace(_ endpoints: [SharedEndpoint]) throws(NetlinkError) {
        let neighbours = Set(endpoints.flatMap { $0.neighbours(on: link) ?? [] })
        let entries = Set(endpoints.compactMap { $0.forwarding(on: link) })
        for old in try route.neighbours() where old.link == link && !neighbours.contains(old) {
            _ = try? route.perform(.removeNeighbour(old))
        }
        for old in try route.forwardingEntries() where old.link == link && !entries.contains(old) {
            _ = try? route.perform(.removeForwarding(old))
        }
        try route.perform(neighbours.map(RouteRequest.putNeighbour) + entries.map(RouteRequest.putForwarding))
    }
}
