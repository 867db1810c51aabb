internal import Primitives

/// A `ClientView` made ready for lookups.
struct View: Sendable {
    enum Link: Sendable {
        case name(WireName)
        case addresses(Addresses)
    }

    /// Ids, in the order in which they are searched.
    let zones: [String]
    let links: NameTable<Link>
    /// Network names by zone id, and the ids of the zones by network name.
    let networkNames: [String: WireName]
    let zonesByNetwork: NameTable<[String]>
    /// Bytes of the longest network name: longer ends of a question's name are not looked up.
    let longestNetworkName: Int
    /// None when nothing is forwarded.
    let upstreams: [Upstream]
    let keepsSingleLabels: Bool

    /// Servers that are asked at most, as with Docker and `resolv.conf(5)`.
    private static let maximumUpstreams = 3

    init(_ view: ClientView) {
        zones = view.zones
        links = Self.links(view)
        networkNames = view.zoneNames.compactMapValues { WireName($0) }
        longestNetworkName = networkNames.values.map(\.bytes.count).max() ?? 0
        var byNetwork = NameTable<[String]>()
        for zone in view.zones {
            if let name = networkNames[zone] { byNetwork.update(name) { $0 = ($0 ?? []) + [zone] } }
        }
        zonesByNetwork = byNetwork
        upstreams = view.forwards ? Array(view.upstreams.prefix(Self.maximumUpstreams)) : []
        keepsSingleLabels = view.keepsSingleLabels
    }

    private static func links(_ view: ClientView) -> NameTable<Link> {
        var links = NameTable<Link>()
        for (alias, target) in view.links {
            guard let alias = WireName(alias), let link = link(to: target) else { continue }
            links.update(alias) { $0 = link }
        }
        return links
    }

    private static func link(to target: ClientView.LinkTarget) -> Link? {
        switch target {
        case .name(let name): WireName(name).map { .name($0) }
        case .addresses(let addresses): .addresses(Addresses(addresses))
        }
    }
}
