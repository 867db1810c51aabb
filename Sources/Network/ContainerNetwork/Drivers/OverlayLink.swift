internal import LinuxSystem
internal import Netlink
internal import Primitives

/// The host's links of overlay networks: a bridge with a tunnel as one of its ports.
struct OverlayLink: Sendable {
    let route: RouteConnection
    let cables: CableMaker

    /// Names that are the network's for good.
    static func names(_ network: NetworkDefinition) -> (bridge: String, tunnel: String) {
        ("br-\(network.id.prefix(12))", "vx-\(network.id.prefix(12))")
    }

    func adopt(_ network: NetworkDefinition) {
        let names = Self.names(network)
        cables.adopt(names.bridge)
        cables.adopt(names.tunnel)
    }

    /// Makes the links, or takes over those of the daemon before; a tunnel that is another than it should be is made anew.
    /// After an error nothing new is left.
    func open(
        _ network: NetworkDefinition, _ vxlan: VXLAN, mtu: Int
    ) throws(EngineError) -> (bridge: Link, tunnel: Link) {
        let names = Self.names(network)
        adopt(network)
        let existed = (try? route.findLink(named: names.bridge)) ?? nil
        do throws(NetlinkError) {
            let bridge = if let existed { existed } else { try makeBridge(names.bridge, mtu) }
            return (bridge, try tunnel(names.tunnel, vxlan, mtu, bridge))
        } catch {
            if existed == nil { _ = try? route.perform(.deleteLink(.name(names.bridge))) }
            cables.forget(names.bridge)
            cables.forget(names.tunnel)
            throw .network(error)
        }
    }

    private func makeBridge(_ name: String, _ mtu: Int) throws(NetlinkError) -> Link {
        let link = LinkReference.name(name)
        // The host has no address there, not even one that the kernel makes.
        try route.perform([
            .addBridge(name, mac: .random(), mtu: mtu), .setAlias(link, cables.mark), .setNoIPv6Autoconfiguration(link),
            .setUp(link),
        ])
        // Nor does it answer there for those that it has elsewhere.
        _ = try? HostSettings.set("ipv4/conf/\(name)/arp_ignore", "1")
        return try route.link(named: name)
    }

    private func tunnel(_ name: String, _ vxlan: VXLAN, _ mtu: Int, _ bridge: Link) throws(NetlinkError) -> Link {
        if let link = try route.findLink(named: name) {
            if link.vxlan == vxlan && link.mtu == mtu && link.master == bridge.index && link.isUp { return link }
            try route.perform(.deleteLink(.index(link.index)))
        }
        let link = LinkReference.name(name)
        try route.perform(.addVXLAN(name, vxlan, mtu: mtu))
        do {
            try route.perform([
                .setMaster(link, bridge.index), .setPort(link, alias: cables.mark, hairpin: false), .setUp(link),
            ])
            return try route.link(named: name)
        } catch {
            _ = try? route.perform(.deleteLink(link))
            throw error
        }
    }

    /// What is gone already is no error.
    func remove(_ network: NetworkDefinition) throws(EngineError) {
        let names = Self.names(network)
        for name in [names.tunnel, names.bridge] {
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
}
