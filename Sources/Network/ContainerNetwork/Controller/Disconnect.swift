internal import LinuxSystem
internal import Netlink
public import Primitives
internal import Synchronization

extension NetworkController {
    /// Ends a container's connection: its ports are free at once, its links go in the background. One that is not
    /// connected is no error. Returns what could not be taken away, for the log; `collectGarbage` finds it again.
    @discardableResult
    public func disconnect(_ id: ContainerID) -> [String] {
        guard var endpoint = state.withLock({ $0.endpoints.removeValue(forKey: id) }) else { return [] }
        return dismantle(&endpoint)
    }

    /// Gives back what an endpoint holds, whole or half made.
    @discardableResult
    func dismantle(_ endpoint: inout Endpoint) -> [String] {
        var problems: [String] = []
        do {
            try state.withLock({ $0.firewall })?.withdraw(endpoint.publications)
        } catch {
            problems.append("\(error)")
        }
        if let name = endpoint.hostInterface { maker.forget(name) }
        if let path = endpoint.namespacePath { maker.remove(path: path) }
        // The sockets first: who is given the port next has to find it free.
        endpoint.held = []
        let (claims, address) = (endpoint.claims, endpoint.address)
        state.withLock { state in
            for claim in claims { state.ports.release(claim) }
            if let address { state.addresses?.release(address) }
        }
        return problems
    }
}
