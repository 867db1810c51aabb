internal import LinuxSystem
internal import Netlink
public import Primitives
internal import Synchronization

extension NetworkController {
    /// Ends a container's connection: its ports are free at once, its links go in the background. One that is not
    /// connected is no error. Returns what could not be taken away, for the log; `collectGarbage` finds it again.
    @discardableResult
    public func disconnect(_ id: ContainerID) -> [String] {
        guard var connection = state.withLock({ $0.connections.removeValue(forKey: id) }) else { return [] }
        return dismantle(&connection, id)
    }

    /// Gives back what a connection holds, whole or half made.
    @discardableResult
    func dismantle(_ connection: inout Connection, _ id: ContainerID) -> [String] {
        closeNames(connection.spec, id)
        var problems = unpublish(&connection)
        do {
            try state.withLock { $0.firewall }?.close(connection.spec.openings)
        } catch {
            problems.append("\(error)")
        }
        for endpoint in connection.spec.endpoints {
            if let name = endpoint.hostInterface { cables.forget(name) }
        }
        if let path = connection.ownedPath { maker.remove(path: path) }
        for endpoint in connection.spec.endpoints { release(endpoint) }
        return problems
    }

    /// Ports are the host's again.
    func unpublish(_ connection: inout Connection) -> [String] {
        var problems: [String] = []
        do {
            try state.withLock { $0.firewall }?.withdraw(connection.publications)
        } catch {
            problems.append("\(error)")
        }
        stopProxy(&connection)
        // The sockets first: who is given the port next has to find it free.
        connection.held = [:]
        connection.fronts = []
        let claims = connection.claims
        state.withLock { state in
            for claim in claims { state.ports.release(claim) }
        }
        connection.claims = []
        connection.publications = []
        connection.spec.publishedPorts = []
        return problems
    }
}
