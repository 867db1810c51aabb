internal import LinuxSystem
internal import Netlink
internal import PortProxy
public import Primitives
internal import Synchronization

extension NetworkController {
    /// Takes over the connections of containers that run since before this daemon: their addresses and ports are theirs
    /// again, and the firewall is brought to what it should hold, in one step.
    ///
    /// Returns what is not as it was, for the log. Errors: `internal` when the firewall can't be set.
    @discardableResult
    public func restore(endpoints: [(ContainerID, SandboxSpec)]) throws(EngineError) -> [String] {
        var warnings: [String] = []
        let proxies = findProxies()
        for (id, spec) in endpoints { warnings += adopt(id, spec, proxy: proxies[id.description]) }
        let taken = Set(endpoints.map(\.0.description))
        for (container, proxy) in proxies where !taken.contains(container) { ProxyLauncher.end(proxy) }
        let (firewall, connections) = state.withLock { ($0.firewall, Array($0.connections.values)) }
        try firewall?.rebuild(
            adding: connections.flatMap(\.publications), openings: connections.flatMap(\.spec.openings))
        return warnings
    }

    private func adopt(_ id: ContainerID, _ spec: SandboxSpec, proxy: FDBox?) -> [String] {
        var connection = Connection(spec: spec)
        connection.proxy = proxy
        if !spec.sandboxID.isEmpty, let path = spec.namespacePath {
            if path.hasPrefix(maker.folder + "/") { maker.adopt(path) } else { connection.spec.sandboxID = "" }
        }
        var warnings: [String] = []
        connection.spec.endpoints = spec.endpoints.filter { endpoint in
            let problem = adopt(endpoint)
            if let problem { warnings.append("\(id.short): \(problem)") }
            return problem == nil
        }
        connection.spec.publishedPorts = []
        for port in spec.publishedPorts { warnings += adopt(port, &connection) }
        connection.publications = translations(connection.spec)
        do throws(EngineError) {
            if proxy == nil { try startProxy(&connection, id) }
            connection.proxyTargets = targets(connection.spec)
            try openNames(&connection, id, nil)
        } catch {
            warnings.append("\(id.short): \(error.message)")
        }
        let finished = connection
        state.withLock { $0.connections[id] = finished }
        return warnings
    }

    /// Nil when the endpoint has its addresses again.
    private func adopt(_ endpoint: EndpointSpec) -> String? {
        if let name = endpoint.hostInterface { cables.adopt(name) }
        return state.withLock { state in
            guard var network = state.networks[endpoint.networkID] else {
                return "network \(endpoint.networkID.prefix(12)) is not there any more"
            }
            for family in AddressFamily.allCases {
                guard let address = endpoint.address(family) else { continue }
                guard network.pools[family]?.restore(address) ?? true else {
                    return "address \(address) is in use"
                }
            }
            network.users += 1
            state.networks[network.id] = network
            if network.tunnel != nil { cluster?.adopt(endpoint) }
            return nil
        }
    }

    private func adopt(_ port: PublishedPort, _ connection: inout Connection) -> [String] {
        guard let claim = PortClaim(port) else {
            return ["unknown published port \(port.hostIP):\(port.hostPort)/\(port.transport)"]
        }
        let path = PortPath(claim.address, targets(connection.spec), hasFirewall: state.withLock { $0.firewall } != nil)
        do {
            if path.isProxied && connection.proxy != nil {
                // The proxy holds it since before.
                _ = state.withLock { $0.ports.take(claim) }
            } else {
                connection.held[claim] = try hold(claim)
            }
        } catch {
            return ["\(error)"]
        }
        connection.claims.append(claim)
        if path.isProxied && hasProxy { connection.fronts.append(ProxyFront(claim: claim, port: port.containerPort)) }
        connection.spec.publishedPorts.append(port)
        return []
    }

    /// A connected container's network as it is now.
    public func spec(of id: ContainerID) -> SandboxSpec? { state.withLock { $0.connections[id]?.spec } }

    /// Takes away what this daemon made and no living container has: connections of others than `keeping`, namespaces,
    /// links with this daemon's mark, elements of its firewall table. Nothing else is touched.
    ///
    /// Returns what could not be taken away, for the log.
    @discardableResult
    public func collectGarbage(keeping: Set<ContainerID>) -> [String] {
        let dead = state.withLock { state in state.connections.keys.filter { !keeping.contains($0) } }
        var problems = dead.flatMap { disconnect($0) }
        problems += maker.collectGarbage()
        do { try state.withLock { $0.firewall }?.rebuild() } catch { problems.append("\(error)") }
        return problems
    }

    /// Puts the firewall table back as it should be, after somebody flushed the host's rules.
    public func reloadFirewall() throws(EngineError) { try state.withLock { $0.firewall }?.rebuild() }
}
