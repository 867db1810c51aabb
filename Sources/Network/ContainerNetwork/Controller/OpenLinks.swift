internal import Netlink
public import Primitives
internal import Synchronization

extension NetworkController {
    /// Where the default bridge keeps its containers apart, links are let through: to the ports that the target exposes,
    /// and no others.
    func openLinks(_ connection: inout Connection, _ links: [LinkRequest]) throws(EngineError) {
        guard let own = connection.spec.endpoint(on: defaultID), !configuration.allowsInterContainer else { return }
        var openings: [Opening] = []
        for link in links {
            for (source, destination) in [(own.ipAddress, link.ipv4Address), (own.ipv6Address, link.ipv6Address)] {
                guard let source, !destination.isEmpty else { continue }
                openings += link.ports.map { port in
                    Opening(
                        source: source, destination: destination, transport: port.transport, port: port.containerPort)
                }
            }
        }
        guard !openings.isEmpty else { return }
        try state.withLock { $0.firewall }?.open(openings)
        connection.spec.openings += openings
    }

    /// A container that others link to has been started again, perhaps with another address: their `/etc/hosts` and
    /// what is open for them follow. One that is not connected is no error. Returns what has become of it.
    public func relink(_ id: ContainerID, _ links: [LinkRequest]) throws(EngineError) -> SandboxSpec? {
        guard var connection = state.withLock({ $0.connections[id] }) else { return nil }
        let firewall = state.withLock { $0.firewall }
        let openings = connection.spec.openings.filter { $0.source != nil }
        try firewall?.close(openings)
        connection.spec.openings.removeAll { $0.source != nil }
        try openLinks(&connection, links)
        connection.spec.names?.links = NameEntries.lines(of: links)
        try files.writeHosts(connection.spec)
        let changed = connection
        state.withLock { state in
            // Its end may have been faster.
            if state.connections[id] != nil { state.connections[id] = changed }
        }
        return changed.spec
    }
}
