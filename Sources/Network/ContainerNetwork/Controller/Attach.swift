internal import LinuxSystem
internal import Netlink
public import Primitives
internal import Synchronization

extension NetworkController {
    /// Puts a connected container on one more network while it runs. Returns its network as it is then.
    ///
    /// After an error it is as before. Errors: as `connect`; `forbidden` when it is on that network already, `conflict`
    /// when it is not connected.
    public func attach(_ id: ContainerID, _ request: EndpointRequest) throws(EngineError) -> SandboxSpec {
        var connection = try running(id)
        guard connection.spec.endpoint(on: request.network) == nil else {
            throw EngineError(.forbidden, "endpoint already exists in network \(request.network)")
        }
        guard let path = connection.ownedPath else {
            throw EngineError(.badParameter, "container has no network of its own")
        }
        var plan = try plan(request)
        let used = Set(connection.spec.endpoints.map(\.interface))
        plan.spec.interface = InterfaceNames.free(plan.network.interfacePrefix, used)
        plan.takeGateways(gateways(of: connection.spec.endpoints + [plan.spec]))
        do throws(EngineError) {
            try link(&plan, to: path)
        } catch {
            release(plan.spec)
            throw error
        }
        let before = connection.spec
        connection.spec.endpoints.append(plan.spec)
        do throws(EngineError) {
            return try settleNew(id, &connection)
        } catch {
            _ = try? unlink(plan.spec, path, before)
            if let name = plan.spec.hostInterface { cables.forget(name) }
            withdrawNames(plan.spec)
            release(plan.spec)
            throw error
        }
    }

    /// With its first network of one's own a container gets the embedded name server.
    private func settleNew(_ id: ContainerID, _ connection: inout Connection) throws(EngineError) -> SandboxSpec {
        if connection.spec.resolver == nil && usesResolver(connection.spec) {
            try openNames(&connection, id, nil)
            try files.writeResolver(connection.spec, usesResolver: true)
        }
        return try settle(id, connection)
    }

    private func link(_ plan: inout PlannedEndpoint, to path: String) throws(EngineError) {
        guard let source = plan.network.link else { return }
        let (cable, inner) = try maker.add(source, plan.spec.interface, to: path)
        plan.spec.hostInterface = cable.hostName
        do {
            try inner.perform(plan.requests(cable.innerIndex))
        } catch {
            _ = try? inner.perform(.deleteLink(.index(cable.innerIndex)))
            if let name = cable.hostName { cables.forget(name) }
            throw .network(error)
        }
    }

    /// Takes a connected container off a network while it runs. Returns its network as it is then.
    ///
    /// Errors: `notFound` when it is not on that network, `conflict` when it is not connected.
    public func detach(_ id: ContainerID, from network: String) throws(EngineError) -> SandboxSpec {
        var connection = try running(id)
        guard let index = connection.spec.endpoints.firstIndex(where: { $0.networkID == network }) else {
            throw EngineError(.notFound, "container \(id.short) is not connected to network \(network)")
        }
        let endpoint = connection.spec.endpoints.remove(at: index)
        if let path = connection.ownedPath { try unlink(endpoint, path, connection.spec) }
        if let name = endpoint.hostInterface { cables.forget(name) }
        withdrawNames(endpoint)
        release(endpoint)
        return try settle(id, connection)
    }

    private func unlink(_ endpoint: EndpointSpec, _ path: String, _ rest: SandboxSpec) throws(EngineError) {
        let inner = try SandboxMaker.route(in: path)
        do {
            try inner.perform(.deleteLink(.name(endpoint.interface)))
        } catch {
            // The container may have taken it away itself.
            if !error.isMissing { throw .network(error) }
        }
        // The default route went with it: the next endpoint has it now.
        let networks = state.withLock { $0.networks }
        for (family, id) in gateways(of: rest.endpoints) {
            guard let next = rest.endpoints.first(where: { $0.endpointID == id }),
                let gateway = networks[next.networkID]?.gateway(family),
                let link = try? inner.link(named: next.interface)
            else { continue }
            do {
                try inner.perform(.replaceDefaultRoute(gateway: gateway, link: link.index))
            } catch {
                throw .network(error)
            }
        }
    }

    /// Ports follow the default route, `/etc/hosts` the addresses.
    private func settle(_ id: ContainerID, _ changed: Connection) throws(EngineError) -> SandboxSpec {
        var connection = changed
        try republish(&connection, id)
        try reopen(&connection)
        try files.writeHosts(connection.spec)
        updateNames(connection.spec, id)
        let finished = connection
        state.withLock { $0.connections[id] = finished }
        return finished.spec
    }

    private func running(_ id: ContainerID) throws(EngineError) -> Connection {
        guard let connection = state.withLock({ $0.connections[id] }) else {
            throw EngineError(.conflict, "container \(id.short) is not connected")
        }
        return connection
    }

    /// By family the endpoint (its id) that the default route leads through: the one with the highest priority, of those
    /// the first by its network's name, as in Docker.
    func gateways(of endpoints: [EndpointSpec]) -> [AddressFamily: String] {
        let networks = state.withLock { $0.networks }
        var result: [AddressFamily: String] = [:]
        for family in AddressFamily.allCases {
            let able = endpoints.filter { networks[$0.networkID]?.gateway(family) != nil && $0.address(family) != nil }
            let best = able.min { left, right in
                (right.gatewayPriority, networks[left.networkID]?.definition.name ?? "")
                    < (left.gatewayPriority, networks[right.networkID]?.definition.name ?? "")
            }
            result[family] = best?.endpointID
        }
        return result
    }

    /// Sends the published ports to where the container is reached now.
    private func republish(_ connection: inout Connection, _ id: ContainerID) throws(EngineError) {
        let targets = targets(connection.spec)
        let old = connection.publications
        let new = translations(connection.spec)
        if connection.proxy != nil && connection.proxyTargets != targets { try restartProxy(&connection, id) }
        guard new != old else { return }
        let firewall = state.withLock { $0.firewall }
        try firewall?.withdraw(old)
        connection.publications = []
        try firewall?.publish(new)
        connection.publications = new
    }
}
