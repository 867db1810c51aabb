internal import LinuxSystem
internal import NameServer
internal import Netlink
public import Primitives
internal import Synchronization

/// Names on networks of one's own: each network is a zone of the embedded server, each sandbox a client of it.
extension NetworkController {
    /// The server, whose thread starts when the first container needs it.
    func server() throws(EngineError) -> NameServer {
        try state.withLock { (state) throws(EngineError) in
            if let server = state.nameServer { return server }
            do throws(SystemError) {
                let server = try NameServer()
                state.nameServer = server
                return server
            } catch {
                throw .network(error, "start the embedded name server")
            }
        }
    }

    /// Serves a sandbox, and makes its names known. `sockets`: made ahead; nil opens new ones.
    func openNames(
        _ connection: inout Connection, _ id: ContainerID, _ sockets: ResolverSockets?
    ) throws(EngineError) {
        guard usesResolver(connection.spec), let path = connection.ownedPath else { return }
        let server = try server()
        let sockets = if let sockets { sockets } else { try Self.sockets(in: path, connection.spec.resolver) }
        connection.spec.resolver = sockets.ports
        for endpoint in connection.spec.endpoints { announce(endpoint, to: server) }
        let opener = ResolverSockets.opener(path)
        server.open(
            id.description, datagrams: sockets.datagrams, listener: sockets.listener, view: view(connection.spec)
        ) { (family, kind) throws(SystemError) in
            try opener(family, kind == .stream).fd.duplicate()
        }
    }

    private static func sockets(in path: String, _ ports: ResolverPorts?) throws(EngineError) -> ResolverSockets {
        let namespace: FD
        do { namespace = try NetworkNamespace.open(path) } catch { throw .network(error, "open the sandbox") }
        return try ResolverSockets.open(in: namespace, ports)
    }

    /// The default network has links instead.
    private func announce(_ endpoint: EndpointSpec, to server: NameServer) {
        guard endpoint.networkID != defaultID, let name = endpoint.names.first else { return }
        server.add(
            NameRecord(
                endpoint: endpoint.endpointID, primaryName: name, names: Array(endpoint.names.dropFirst()),
                addresses: AddressFamily.allCases.compactMap { endpoint.address($0) }), to: endpoint.networkID)
    }

    /// Nobody finds the endpoint by its names any more.
    func withdrawNames(_ endpoint: EndpointSpec) {
        state.withLock { $0.nameServer }?.remove(endpoint: endpoint.endpointID, from: endpoint.networkID)
    }

    func closeNames(_ spec: SandboxSpec, _ id: ContainerID) {
        guard spec.resolver != nil else { return }
        state.withLock { $0.nameServer }?.close(id.description)
        for endpoint in spec.endpoints { withdrawNames(endpoint) }
    }

    /// After its networks have changed.
    func updateNames(_ spec: SandboxSpec, _ id: ContainerID) {
        guard let server = state.withLock({ $0.nameServer }) else { return }
        for endpoint in spec.endpoints { announce(endpoint, to: server) }
        server.update(id.description, view: view(spec))
    }

    /// A container has another name: by network the names that it is found by from now on. One that is not connected is
    /// no error. Returns its network as it is then.
    public func rename(_ id: ContainerID, _ names: [String: [String]]) -> SandboxSpec? {
        let changed = state.withLock { state -> SandboxSpec? in
            guard var connection = state.connections[id] else { return nil }
            for index in connection.spec.endpoints.indices {
                let network = connection.spec.endpoints[index].networkID
                connection.spec.endpoints[index].names = names[network] ?? connection.spec.endpoints[index].names
            }
            state.connections[id] = connection
            return connection.spec
        }
        if let changed {
            updateNames(changed, id)
            for endpoint in changed.endpoints { cluster?.update(endpoint) }
        }
        return changed
    }

    private func view(_ spec: SandboxSpec) -> ClientView {
        let networks = state.withLock { $0.networks }
        let own = spec.endpoints.filter { $0.networkID != defaultID }.map(\.networkID)
        let choices = spec.names?.choices ?? ResolverFile.Choices()
        let leads = spec.endpoints.contains { endpoint in
            networks[endpoint.networkID].map { !$0.definition.isInternal } ?? false
        }
        return ClientView(
            zones: own,
            zoneNames: own.reduce(into: [:]) { $0[$1] = networks[$1]?.definition.name },
            links: spec.endpoints.reduce(into: [:]) { links, endpoint in
                for (alias, name) in endpoint.links ?? [:] { links[alias] = .name(name) }
            }, upstreams: upstreams(choices),
            forwards: leads, keepsSingleLabels: choices.options.contains { $0.hasPrefix("ndots:") })
    }

    /// A server at the host's own loop-back is asked from there, all others from the container's place.
    private func upstreams(_ choices: ResolverFile.Choices) -> [Upstream] {
        ResolverFile.upstreams(host: files.hostResolver, container: choices, daemon: settings.names).map { server in
            Upstream(server.address, place: server.isHosts && server.address.isLoopback ? .host : .container)
        }
    }
}
