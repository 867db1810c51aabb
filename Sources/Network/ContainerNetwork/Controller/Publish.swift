internal import LinuxSystem
internal import Netlink
internal import Primitives
internal import Synchronization

extension NetworkController {
    /// How often an ephemeral port may turn out to be some program's before it is an error.
    private static let attempts = 10

    /// Takes the host's ports and sends their traffic to the endpoint, all in one step.
    func publish(_ bindings: [PortBinding], for endpoint: inout Endpoint) throws(EngineError) {
        guard !bindings.isEmpty, let address = endpoint.address else { return }
        guard let firewall = state.withLock({ $0.firewall }) else {
            throw EngineError(
                .notImplemented,
                "publishing ports with --iptables=false needs the user-land proxy, which is not supported yet")
        }
        for binding in bindings {
            let (claim, held) = try take(binding)
            endpoint.claims.append(claim)
            if let held { endpoint.held.append(held) }
            endpoint.publications.append(Publication(claim, to: address, port: binding.containerPort))
            endpoint.spec.publishedPorts.append(
                PublishedPort(
                    containerPort: binding.containerPort, transport: "\(binding.transport)",
                    hostIP: binding.hostAddress.description, hostPort: claim.port))
        }
        try firewall.publish(endpoint.publications)
    }

    private func take(_ binding: PortBinding) throws(EngineError) -> (PortClaim, HeldPort?) {
        guard let range = binding.hostPorts else { return try takeAny(binding) }
        for port in range {
            let claim = PortClaim(address: binding.hostAddress, port: port, transport: binding.transport)
            do {
                return (claim, try hold(claim))
            } catch {
                if range.count == 1 { throw error }
            }
        }
        throw EngineError(.internal, "all ports are allocated")
    }

    private func takeAny(_ binding: PortBinding) throws(EngineError) -> (PortClaim, HeldPort?) {
        var failure = EngineError(.internal, "all ports are allocated")
        for _ in 0..<Self.attempts {
            let claim = state.withLock { $0.ports.takeAny(binding.hostAddress, binding.transport) }
            guard let claim else { break }
            do { return (claim, try bind(claim)) } catch { failure = error }
        }
        throw failure
    }

    /// Claims one port and keeps it from the host's programs.
    func hold(_ claim: PortClaim) throws(EngineError) -> HeldPort? {
        guard state.withLock({ $0.ports.take(claim) }) else {
            throw EngineError(
                .internal, "Bind for \(claim.address):\(claim.port) failed: port is already allocated")
        }
        return try bind(claim)
    }

    /// After an error the claim is given back.
    private func bind(_ claim: PortClaim) throws(EngineError) -> HeldPort? {
        do {
            return try HeldPort.take(.v4(claim.address), port: claim.port, protocol: claim.transport)
        } catch {
            // A protocol that the host has no sockets for has no programs to keep away either.
            if claim.transport == .sctp, HeldPort.isUnknownProtocol(error) { return nil }
            state.withLock { $0.ports.release(claim) }
            // Go's words for it, which people look for.
            throw EngineError(
                .internal, "listen \(claim.transport)4 \(claim.address):\(claim.port): bind: \(error.reason)",
                cause: error)
        }
    }
}
