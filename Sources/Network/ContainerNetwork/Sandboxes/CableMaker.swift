internal import LinuxSystem
internal import Netlink
internal import Synchronization

/// Makes links into namespaces, and knows which names of the host's links are this daemon's.
final class CableMaker: Sendable {
    /// What links of this daemon carry as alias.
    let mark: String
    let route: RouteConnection
    /// Names of links that somebody owns: garbage is what has the mark and is not among them.
    private let owned = Mutex<Set<String>>([])

    init(mark: String, route: RouteConnection) {
        self.mark = mark
        self.route = route
    }

    /// Makes a link `interface` in `namespace`, up and without an address. After an error nothing is left.
    func make(
        _ source: LinkSource, _ interface: String, in namespace: borrowing FD, _ inner: RouteConnection
    ) throws(NetlinkError) -> Cable {
        switch source {
        case .bridge(let bridge, let mtu): return try plug(bridge, mtu, interface, namespace, inner)
        case .macvlan(let parent, let mode, let mtu):
            try route.perform(.addMacvlan(interface, parent: parent, mode: mode, mtu: mtu, in: namespace))
            let link = LinkReference.name(interface)
            do {
                try inner.perform([.setNoIPv6Autoconfiguration(link), .setUp(link)])
                return Cable(hostName: nil, interface: interface, innerIndex: try inner.link(link).index)
            } catch {
                _ = try? inner.perform(.deleteLink(link))
                throw error
            }
        }
    }

    private func plug(
        _ bridge: Int32, _ mtu: Int, _ interface: String, _ namespace: borrowing FD, _ inner: RouteConnection
    ) throws(NetlinkError) -> Cable {
        // Names of links are short and drawn by lot, and other programs' links have such names too.
        var attempts = 0
        while true {
            let name = freeName()
            do {
                let add = RouteRequest.addVeth(name, mtu: mtu, master: bridge, peer: interface, in: namespace)
                try route.perform([add, .setPort(.name(name), alias: mark, hairpin: true), .setUp(.name(name))])
                return try finish(name, bridge, interface, inner)
            } catch {
                forget(name)
                guard error.isExisting else {
                    _ = try? route.perform(.deleteLink(.name(name)))
                    throw error
                }
                attempts += 1
                if attempts == 4 { throw error }
            }
        }
    }

    private func finish(
        _ name: String, _ bridge: Int32, _ interface: String, _ inner: RouteConnection
    ) throws(NetlinkError) -> Cable {
        do {
            // On a network without IPv6 a container has no address of it; its attempts to get one would go to every
            // port of the bridge.
            let end = LinkReference.name(interface)
            try inner.perform([.setNoIPv6Autoconfiguration(end), .setUp(end)])
            // Asked for, the links carry frames at once and not when the kernel finds time: the first packet to a
            // container is not lost, and its sender does not wait a second to try again.
            let index = try inner.link(end).index
            _ = try route.link(.name(name))
            _ = try route.link(.index(bridge))
            return Cable(hostName: name, interface: interface, innerIndex: index)
        } catch {
            _ = try? route.perform(.deleteLink(.name(name)))
            throw error
        }
    }

    /// A name that none of this daemon's links has, and that is this one's from now on.
    private func freeName() -> String {
        while true {
            let name = "veth" + RandomDigits.text(7)
            if owned.withLock({ $0.insert(name).inserted }) { return name }
        }
    }

    func adopt(_ name: String) { _ = owned.withLock { $0.insert(name) } }
    func forget(_ name: String) { _ = owned.withLock { $0.remove(name) } }

    /// Takes away links of this daemon that nobody owns; says what could not be.
    func collectGarbage() -> [String] {
        var problems: [String] = []
        // Read first: what is made meanwhile is owned before it is there.
        let links = (try? route.links()) ?? []
        let owned = owned.withLock { $0 }
        for link in links where link.alias == mark && !owned.contains(link.name) {
            do {
                try route.perform(.deleteLink(.index(link.index)))
            } catch {
                if !error.isMissing { problems.append("\(error)") }
            }
        }
        return problems
    }
}
