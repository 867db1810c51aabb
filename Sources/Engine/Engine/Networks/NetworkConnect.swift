public import APIModel
internal import ContainerNetwork
public import Primitives

extension Engine {
    public func connectNetwork(_ name: String, _ request: NetworkConnectRequest) async throws(EngineError) {
        let network = try networks.find(name)
        let container = try containers.find(request.container)
        let settings = request.endpointConfig ?? EndpointSettings()
        try await container.gate.withGate { () async throws(EngineError) in
            try checkExists(container, name: request.container)
            await finishTeardown(of: container)
            try NetworkRules.checkConnect(container.record, network, settings)
            try await connectNow(container, network, settings)
        }
        publishNetwork("connect", network, container: container.id.description)
    }

    /// Under the container's gate, and checked.
    func connectNow(
        _ container: Container, _ network: NetworkRecord, _ settings: EndpointSettings
    ) async throws(EngineError) {
        if container.state.hasProcess { return try await attachNow(container, network, settings) }
        container.withLive { $0.record.endpoints[network.name] = settings }
        try await save(container)
    }

    private func attachNow(
        _ container: Container, _ network: NetworkRecord, _ settings: EndpointSettings
    ) async throws(EngineError) {
        let request = try endpointRequest(of: container.record, on: network, settings)
        try await workers.run { [self] in
            guard let controller = self.network else { throw EngineError(.unavailable, "networking is switched off") }
            var sandbox = try controller.attach(container.id, request)
            sandbox = try settleWayOut(of: container.id, sandbox)
            container.withLive { live in
                live.record.sandbox = sandbox
                live.record.endpoints[network.name] = settings
            }
            try store.save(container, isDurable: true)
        }
    }

    public func disconnectNetwork(_ name: String, _ request: NetworkDisconnectRequest) async throws(EngineError) {
        let network = try networks.find(name)
        let container = try containers.find(request.container)
        try await container.gate.withGate { () async throws(EngineError) in
            try checkExists(container, name: request.container)
            await finishTeardown(of: container)
            try NetworkRules.checkDisconnect(container.record, network)
            try await disconnectNow(container, network)
        }
        await releaseServices(of: container.id, on: network.id)
        publishNetwork("disconnect", network, container: container.id.description)
    }

    /// Under the container's gate, and checked.
    func disconnectNow(_ container: Container, _ network: NetworkRecord) async throws(EngineError) {
        if container.state.hasProcess { return try await detachNow(container, network) }
        container.withLive { $0.record.endpoints[network.name] = nil }
        try await save(container)
    }

    private func detachNow(_ container: Container, _ network: NetworkRecord) async throws(EngineError) {
        try await workers.run { [self] in
            // The row first: should this process end in between, the link is nobody's and is taken away.
            let before = container.record
            container.withLive { live in
                live.record.endpoints[network.name] = nil
                live.record.sandbox?.endpoints.removeAll { $0.networkID == network.id }
            }
            do {
                try store.save(container, isDurable: true)
                if let rest = try self.network?.detach(container.id, from: network.id) {
                    let sandbox = try settleWayOut(of: container.id, rest)
                    container.withLive { $0.record.sandbox = sandbox }
                    try store.save(container)
                }
            } catch {
                container.withLive { live in
                    live.record.endpoints[network.name] = before.endpoints[network.name]
                    live.record.sandbox = before.sandbox
                }
                throw error
            }
        }
    }
}

/// What may be on which network.
enum NetworkRules {
    static func checkConnect(
        _ record: ContainerRecord, _ network: NetworkRecord, _ settings: EndpointSettings
    ) throws(EngineError) {
        if record.hostConfig.networkMode.hasPrefix("container:") || record.hostConfig.networkMode == "host" {
            throw EngineError(
                .badParameter,
                "container sharing network namespace with another container or host cannot be connected to any other "
                    + "network")
        }
        if network.name == "host" {
            throw EngineError(
                .badParameter, "container cannot be disconnected from host network or connected to host network")
        }
        if network.name == "none" || record.endpoints["none"] != nil {
            throw EngineError(
                .badParameter,
                "container cannot be connected to multiple networks with one of the networks in private (none) mode")
        }
        if record.endpoints[network.name] != nil {
            throw EngineError(
                .forbidden, "endpoint with name \(record.name) already exists in network \(network.name)")
        }
        try checkSettings(settings, network)
    }

    static func checkDisconnect(_ record: ContainerRecord, _ network: NetworkRecord) throws(EngineError) {
        if network.name == "host", record.endpoints["host"] != nil {
            throw EngineError(
                .badParameter, "container cannot be disconnected from host network or connected to host network")
        }
        guard record.endpoints[network.name] != nil else {
            throw EngineError(.internal, "container \(record.id) is not connected to the network \(network.name)")
        }
    }

    /// Addresses of one's own are for networks with a subnet of one's own, names for networks of one's own.
    static func checkSettings(_ settings: EndpointSettings, _ network: NetworkRecord) throws(EngineError) {
        func invalid(_ text: String) -> EngineError {
            EngineError(.badParameter, "invalid endpoint settings:\n\(text)")
        }
        let addresses = settings.ipamConfig ?? EndpointIPAMConfig()
        // Others are the user's own notes.
        let options = (settings.driverOpts ?? [:]).keys.filter { $0.hasPrefix("com.docker.network.") }
        if let option = options.min() {
            throw EngineError(.notImplemented, "endpoint option \(option) is not supported yet")
        }
        if network.isPredefined && !(settings.links ?? []).isEmpty {
            throw invalid("links of an endpoint are only supported for user-defined networks")
        }
        let asks = [
            (addresses.ipv4Address, network.hasOwnIPv4Subnet), (addresses.ipv6Address, network.hasOwnIPv6Subnet),
        ]
        for (address, hasSubnet) in asks where !address.isEmpty {
            if network.isPredefined {
                throw invalid("user specified IP address is supported on user defined networks only")
            }
            guard hasSubnet else {
                throw invalid(
                    "user specified IP address is supported only when connecting to networks with user configured "
                        + "subnets")
            }
        }
        if network.isPredefined && !(settings.aliases ?? []).isEmpty {
            throw invalid("network-scoped aliases are only supported for user-defined networks")
        }
    }
}
