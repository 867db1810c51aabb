internal import LinuxSystem
internal import Netlink
internal import Primitives
internal import Synchronization

extension NetworkController {
    /// How often an ephemeral port may turn out to be some program's before it is an error.
    private static let attempts = 10

    /// Takes the host's ports and sends their traffic to the endpoint with the default route, all in one step.
    func publish(
        _ requests: [PortRequest], for connection: inout Connection, _ id: ContainerID
    ) throws(EngineError) {
        let targets = targets(connection.spec)
        // Without a way out there is none in either: nothing to publish, as in Docker.
        guard !requests.isEmpty, !targets.isEmpty else { return }
        let bindings = try PortBinding.parse(requests, defaults: defaultAddresses(connection.spec, targets))
        let firewall = state.withLock { $0.firewall }
        for binding in bindings { try take(binding, targets, &connection, hasFirewall: firewall != nil) }
        connection.publications = translations(connection.spec)
        try firewall?.publish(connection.publications)
        try reopen(&connection)
        try startProxy(&connection, id)
    }

    /// What the firewall has to translate for the ports that are published, where the container is reached now.
    func translations(_ spec: SandboxSpec) -> [Publication] {
        let targets = targets(spec)
        let hasFirewall = state.withLock { $0.firewall } != nil
        return spec.publishedPorts.compactMap { port in
            guard let claim = PortClaim(port) else { return nil }
            return PortPath(claim.address, targets, hasFirewall: hasFirewall).translated.map {
                Publication(claim, to: $0, port: port.containerPort)
            }
        }
    }

    /// The container's address that each family's traffic goes to.
    func targets(_ spec: SandboxSpec) -> [AddressFamily: IPAddress] {
        let networks = state.withLock { $0.networks }
        let reached = spec.endpoints.filter { networks[$0.networkID]?.rules != nil }
        return gateways(of: reached).reduce(into: [:]) { targets, entry in
            targets[entry.key] = reached.first { $0.endpointID == entry.value }?.address(entry.key)
        }
    }

    /// Every address of the host, or the one that the network's options or the daemon's flags name.
    private func defaultAddresses(_ spec: SandboxSpec, _ targets: [AddressFamily: IPAddress]) -> [IPAddress] {
        let networks = state.withLock { $0.networks }
        let way = gateways(of: spec.endpoints)[.v4]
        let network = spec.endpoints.first { $0.endpointID == way }.flatMap { networks[$0.networkID] }
        let chosen = network?.bindAddress.map(IPAddress.v4) ?? settings.bindAddress
        // An address that the user chose is published at, if need be by the proxy.
        var addresses: [IPAddress] = targets[chosen.family] != nil || !chosen.isAny ? [chosen] : []
        if chosen.isAny {
            let other: AddressFamily = chosen.family == .v4 ? .v6 : .v4
            if targets[other] != nil { addresses.append(.any(other)) }
        }
        return addresses
    }

    private func take(
        _ binding: PortBinding, _ targets: [AddressFamily: IPAddress], _ connection: inout Connection,
        hasFirewall: Bool
    ) throws(EngineError) {
        for address in binding.hostAddresses {
            let path = PortPath(address, targets, hasFirewall: hasFirewall)
            guard path.translated == nil && !hasProxy else { continue }
            throw EngineError(
                .badParameter,
                "publishing at \(address) needs the user-land proxy, which is switched off (--userland-proxy=false)")
        }
        let (claims, held) = try takePorts(binding)
        connection.held.merge(held) { $1 }
        connection.claims += claims
        for claim in claims {
            let path = PortPath(claim.address, targets, hasFirewall: hasFirewall)
            if path.isProxied && hasProxy {
                connection.fronts.append(ProxyFront(claim: claim, port: binding.containerPort))
            }
            connection.spec.publishedPorts.append(
                PublishedPort(
                    containerPort: binding.containerPort, transport: "\(binding.transport)",
                    hostIP: claim.address.description, hostPort: claim.port))
        }
    }

    /// The same port at each of the binding's addresses.
    private func takePorts(_ binding: PortBinding) throws(EngineError) -> ([PortClaim], [PortClaim: HeldPort]) {
        guard let range = binding.hostPorts else { return try takeAny(binding) }
        for port in range {
            do {
                return try hold(binding, at: port)
            } catch {
                if range.count == 1 { throw error }
            }
        }
        throw EngineError(.internal, "all ports are allocated")
    }

    private func takeAny(_ binding: PortBinding) throws(EngineError) -> ([PortClaim], [PortClaim: HeldPort]) {
        var failure = EngineError(.internal, "all ports are allocated")
        guard let first = binding.hostAddresses.first else { return ([], [:]) }
        for _ in 0..<Self.attempts {
            let claim = state.withLock { state -> PortClaim? in
                let claim = state.ports.takeAny(first, binding.transport)
                if let claim { state.ports.release(claim) }
                return claim
            }
            guard let claim else { break }
            do { return try hold(binding, at: claim.port) } catch { failure = error }
        }
        throw failure
    }

    private func hold(
        _ binding: PortBinding, at port: UInt16
    ) throws(EngineError) -> (
        [PortClaim], [PortClaim: HeldPort]
    ) {
        var claims: [PortClaim] = []
        var held: [PortClaim: HeldPort] = [:]
        do throws(EngineError) {
            for address in binding.hostAddresses {
                let claim = PortClaim(address: address, port: port, transport: binding.transport)
                held[claim] = try hold(claim)
                claims.append(claim)
            }
            return (claims, held)
        } catch {
            state.withLock { state in
                for claim in claims { state.ports.release(claim) }
            }
            throw error
        }
    }

    /// Claims one port and keeps it from the host's programs.
    func hold(_ claim: PortClaim) throws(EngineError) -> HeldPort? {
        guard state.withLock({ $0.ports.take(claim) }) else {
            let owner = owner(of: claim).map { " to container \($0)" } ?? ""
            throw EngineError(
                .internal, "Bind for \(claim.address.with(port: claim.port)) failed: port is already allocated\(owner)")
        }
        return try bind(claim)
    }

    /// The name of the container that has the port; nil while it is still starting, and for the daemon's own ports.
    private func owner(of claim: PortClaim) -> String? {
        let owner = state.withLock { state in
            state.connections.first { $0.value.claims.contains { $0.overlaps(claim) } }
        }
        return owner.map { id, connection in connection.spec.endpoints.first?.names.first ?? id.short }
    }

    /// After an error the claim is given back.
    func bind(_ claim: PortClaim) throws(EngineError) -> HeldPort? {
        do {
            return try HeldPort.take(claim.address, port: claim.port, protocol: claim.transport)
        } catch {
            // A protocol that the host has no sockets for has no programs to keep away either.
            if claim.transport == .sctp, HeldPort.isUnknownProtocol(error) { return nil }
            state.withLock { $0.ports.release(claim) }
            // Go's words for it, which people look for.
            let family = claim.address.family == .v4 ? "4" : "6"
            throw EngineError(
                .internal,
                "listen \(claim.transport)\(family) \(claim.address.with(port: claim.port)): bind: \(error.reason)",
                cause: error)
        }
    }

    /// What is let through follows the container's addresses: what it had may be another's next.
    func reopen(_ connection: inout Connection) throws(EngineError) {
        let own = Set(connection.spec.endpoints.flatMap { [$0.ipAddress, $0.ipv6Address] }.compactMap(\.self))
        let stale = connection.spec.openings.filter { !own.contains($0.source ?? $0.destination) }
        let firewall = state.withLock { $0.firewall }
        try firewall?.close(stale)
        connection.spec.openings.removeAll { stale.contains($0) }
        let new = routedOpenings(connection.spec).subtracting(connection.spec.openings)
        try firewall?.open(Array(new))
        connection.spec.openings += new
    }

    /// On networks that are reached by their own addresses, published ports are too.
    private func routedOpenings(_ spec: SandboxSpec) -> Set<Opening> {
        let networks = state.withLock { $0.networks }
        var openings: Set<Opening> = []
        for endpoint in spec.endpoints {
            for family in networks[endpoint.networkID]?.rules?.routed ?? [] {
                guard let address = endpoint.address(family) else { continue }
                for port in spec.publishedPorts {
                    openings.insert(
                        Opening(
                            source: nil, destination: "\(address)", transport: port.transport, port: port.containerPort)
                    )
                }
            }
        }
        return openings
    }
}

extension EndpointSpec {
    func address(_ family: AddressFamily) -> IPAddress? {
        (family == .v4 ? ipAddress : ipv6Address).flatMap { IPAddress($0) }
    }
}
