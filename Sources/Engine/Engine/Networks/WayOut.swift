internal import APIModel
internal import ContainerNetwork
internal import Primitives
internal import Synchronization

/// Overlay networks lead to other containers and nowhere else. Who is on one gets a second link, on a bridge of this host
/// that Docker calls `docker_gwbridge`: for the world outside, and for published ports. It is made when it is needed;
/// one of that name that is there already is used as it is.
extension Engine {
    private static let wayOutName = "docker_gwbridge"
    /// Any other network's way out is the better one.
    private static let lastPriority = Int.min

    /// Blocking.
    func withWayOut(_ request: SandboxRequest) throws(EngineError) -> SandboxRequest {
        guard needsWayOut(request.endpoints.map(\.network)) else { return request }
        let network = try wayOut()
        var request = request
        if !request.endpoints.contains(where: { $0.network == network.id }) {
            request.endpoints.append(EndpointRequest(network: network.id, gatewayPriority: Self.lastPriority))
        }
        return request
    }

    /// Blocking. A running container has come to a network, or left one: its second link comes or goes with that.
    func settleWayOut(of id: ContainerID, _ sandbox: SandboxSpec) throws(EngineError) -> SandboxSpec {
        guard let controller = network else { return sandbox }
        let present = networks.named(Self.wayOutName).flatMap { sandbox.endpoint(on: $0.id) }
        if needsWayOut(sandbox.endpoints.map(\.networkID)) {
            guard present == nil else { return sandbox }
            return try controller.attach(
                id, EndpointRequest(network: wayOut().id, gatewayPriority: Self.lastPriority))
        }
        // Who has names there was connected by hand.
        guard let present, present.names.isEmpty else { return sandbox }
        return try controller.detach(id, from: present.networkID)
    }

    private func needsWayOut(_ ids: [String]) -> Bool {
        ids.compactMap { networks.with(id: $0)?.definition }.contains { $0.driver == "overlay" && !$0.isInternal }
    }

    private func wayOut() throws(EngineError) -> NetworkRecord {
        try makingWayOut.withLock { (_) throws(EngineError) in
            if let network = networks.named(Self.wayOutName) { return network }
            let bridge = configuration.network.bridge
            var request = NetworkCreateRequest()
            request.name = Self.wayOutName
            request.options = [
                // Several engines of one host have bridges of their own.
                "com.docker.network.bridge.name": bridge == "docker0" ? Self.wayOutName : "gw-\(bridge.prefix(12))",
                "com.docker.network.bridge.enable_icc": "false",
                "com.docker.network.bridge.enable_ip_masquerade": "true",
            ]
            try createNetworkNow(request)
            return try networks.find(Self.wayOutName)
        }
    }
}
