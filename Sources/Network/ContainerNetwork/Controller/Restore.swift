internal import LinuxSystem
internal import Netlink
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
        for (id, spec) in endpoints { warnings += adopt(id, spec) }
        let (firewall, publications) = state.withLock { state in
            (state.firewall, state.endpoints.values.flatMap(\.publications))
        }
        try firewall?.rebuild(adding: publications)
        return warnings
    }

    private func adopt(_ id: ContainerID, _ spec: SandboxSpec) -> [String] {
        var endpoint = Endpoint(spec: spec)
        if !spec.sandboxID.isEmpty, let path = spec.namespacePath, path.hasPrefix(maker.folder + "/") {
            endpoint.namespacePath = path
            maker.adopt(path)
        }
        if let name = spec.hostInterface {
            endpoint.hostInterface = name
            maker.adopt(name)
        }
        var warnings: [String] = []
        if let text = spec.ipAddress, let address = IPv4Address(text) {
            let isFree = state.withLock { $0.addresses?.reserve(address) } ?? true
            if isFree { endpoint.address = address } else { warnings.append("\(id.short): address \(text) is in use") }
            for port in spec.publishedPorts { warnings += adopt(port, at: address, &endpoint) }
        }
        let finished = endpoint
        state.withLock { $0.endpoints[id] = finished }
        return warnings
    }

    private func adopt(_ port: PublishedPort, at address: IPv4Address, _ endpoint: inout Endpoint) -> [String] {
        guard let transport = TransportProtocol.allCases.first(where: { "\($0)" == port.transport }),
            let host = IPv4Address(port.hostIP)
        else { return ["unknown published port \(port.hostIP):\(port.hostPort)/\(port.transport)"] }
        let claim = PortClaim(address: host, port: port.hostPort, transport: transport)
        do {
            if let held = try hold(claim) { endpoint.held.append(held) }
            endpoint.claims.append(claim)
            endpoint.publications.append(Publication(claim, to: address, port: port.containerPort))
            return []
        } catch {
            return ["\(error)"]
        }
    }

    /// Takes away what this daemon made and no living container has: connections of others than `keeping`, namespaces,
    /// links with this daemon's mark, elements of its firewall table. Nothing else is touched.
    ///
    /// Returns what could not be taken away, for the log.
    @discardableResult
    public func collectGarbage(keeping: Set<ContainerID>) -> [String] {
        let dead = state.withLock { state in state.endpoints.keys.filter { !keeping.contains($0) } }
        var problems = dead.flatMap { disconnect($0) }
        problems += maker.collectGarbage()
        do { try state.withLock({ $0.firewall })?.rebuild() } catch { problems.append("\(error)") }
        return problems
    }

    /// Puts the firewall table back as it should be, after somebody flushed the host's rules.
    public func reloadFirewall() throws(EngineError) { try state.withLock({ $0.firewall })?.rebuild() }
}
