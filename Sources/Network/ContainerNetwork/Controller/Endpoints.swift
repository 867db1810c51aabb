internal import Netlink
internal import Primitives
internal import Synchronization

/// An endpoint whose addresses are taken and whose link is still to be made.
struct PlannedEndpoint: Sendable {
    let network: OpenNetwork
    var spec: EndpointSpec
    let mac: MACAddress
    var addresses: [AddressFamily: IPAddress]
    var linkLocal: [IPAddress] = []
    /// Families whose default route leads through it.
    var gateways: Set<AddressFamily> = []

    /// Of the sandbox's `NetworkController.gateways`, those that are this one.
    mutating func takeGateways(_ ways: [AddressFamily: String]) {
        gateways = Set(ways.filter { $0.value == spec.endpointID }.keys)
    }

    /// What makes the link an endpoint, in one batch.
    func requests(_ link: Int32) -> [RouteRequest] {
        var requests: [RouteRequest] = [.setMAC(.index(link), mac)]
        for (family, address) in addresses {
            guard let length = network.pools[family]?.subnet.prefixLength else { continue }
            requests.append(.addAddress(address, prefixLength: Int(length), to: link))
        }
        // Neighbours are found by it (RFC 4861); the address that the kernel would make itself.
        if network.definition.hasIPv6 {
            requests.append(.addAddress(.v6(mac.linkLocal), prefixLength: 64, to: link))
        }
        requests += linkLocal.map { .addAddress($0, prefixLength: $0.family == .v4 ? 16 : 64, to: link) }
        return requests + defaultRoutes(link)
    }

    private func defaultRoutes(_ link: Int32) -> [RouteRequest] {
        gateways.sorted { $0.rawValue < $1.rawValue }.compactMap { family in
            network.gateway(family).map { .replaceDefaultRoute(gateway: $0, link: link) }
        }
    }
}

extension NetworkController {
    /// Takes an endpoint's addresses. To be given back by `release`.
    func plan(_ request: EndpointRequest) throws(EngineError) -> PlannedEndpoint {
        let wanted = try WantedAddresses(request)
        while true {
            let plan = try take(request, wanted)
            guard let cluster, plan.network.tunnel != nil else { return plan }
            if try register(plan, wanted, cluster) { return plan }
        }
    }

    /// Tells the other engines of the endpoint. False when one of them has an address of it: the next has to be tried.
    private func register(
        _ plan: PlannedEndpoint, _ wanted: WantedAddresses, _ cluster: Cluster
    ) throws(EngineError) -> Bool {
        do throws(EngineError) {
            switch try cluster.register(plan.spec) {
            case .done: return true
            case .taken(let others):
                if [wanted.v4, wanted.v6].contains(where: { $0.map(others.contains) ?? false }) {
                    throw EngineError(.forbidden, "Address already in use")
                }
                // Out of the pool until the other engine's endpoint goes.
                giveBack(plan.spec, butNot: others)
                return false
            }
        } catch {
            giveBack(plan.spec, butNot: [])
            throw error
        }
    }

    /// Takes addresses of this engine's pools.
    private func take(_ request: EndpointRequest, _ wanted: WantedAddresses) throws(EngineError) -> PlannedEndpoint {
        try state.withLock { (state) throws(EngineError) in
            guard var network = state.networks[request.network] else {
                throw EngineError(.notFound, "network \(request.network) not found")
            }
            var spec = EndpointSpec(networkID: network.id, endpointID: RandomDigits.text(64))
            let (addresses, mac) = try wanted.take(from: &network.pools)
            network.users += 1
            state.networks[network.id] = network
            spec.macAddress = mac.description
            if network.definition.hasIPv6 { spec.linkLocalAddress = mac.linkLocal.description }
            spec.gatewayPriority = request.gatewayPriority
            spec.names = request.names
            spec.links = request.links.isEmpty ? nil : request.links
            for (family, address) in addresses { spec.set(address, network.pools[family]) }
            return PlannedEndpoint(
                network: network, spec: spec, mac: mac, addresses: addresses, linkLocal: wanted.linkLocal)
        }
    }

    func release(_ endpoint: EndpointSpec) {
        let addresses = Set(AddressFamily.allCases.compactMap { endpoint.address($0) })
        // While the others believe that it has them, nobody else can.
        let isFree = cluster?.unregister(endpoint.endpointID) ?? true
        giveBack(endpoint, butNot: isFree ? [] : addresses)
    }

    private func giveBack(_ endpoint: EndpointSpec, butNot kept: Set<IPAddress>) {
        state.withLock { state in
            guard var network = state.networks[endpoint.networkID] else { return }
            for family in AddressFamily.allCases {
                guard let address = endpoint.address(family), !kept.contains(address) else { continue }
                network.pools[family]?.release(address)
            }
            network.users -= 1
            state.networks[network.id] = network
        }
    }
}

extension EndpointSpec {
    fileprivate mutating func set(_ address: IPAddress, _ pool: NetworkPool?) {
        let length = pool.map { Int($0.subnet.prefixLength) }
        switch address {
        case .v4:
            (ipAddress, prefixLength, gateway) = (address.description, length, pool?.gateway?.description)
        case .v6:
            (ipv6Address, ipv6PrefixLength, ipv6Gateway) = (address.description, length, pool?.gateway?.description)
        }
    }
}

/// The addresses that a request names.
private struct WantedAddresses {
    let v4: IPAddress?
    let v6: IPAddress?
    let mac: MACAddress?
    let linkLocal: [IPAddress]

    init(_ request: EndpointRequest) throws(EngineError) {
        v4 = try Self.address(request.ipv4Address, .v4)
        v6 = try Self.address(request.ipv6Address, .v6)
        mac = try Self.mac(request.macAddress)
        var linkLocal: [IPAddress] = []
        for text in request.linkLocalAddresses { linkLocal.append(try Self.linkLocal(text)) }
        self.linkLocal = linkLocal
    }

    private static func linkLocal(_ text: String) throws(EngineError) -> IPAddress {
        switch IPAddress(text) {
        case .v4(let address)? where address.rawValue >> 16 == 0xa9fe: return .v4(address)
        case .v6(let address)? where address.isLinkLocal: return .v6(address)
        default: throw EngineError(.badParameter, "invalid link-local IP address: \(text)")
        }
    }

    func take(
        from pools: inout [AddressFamily: NetworkPool]
    ) throws(EngineError) -> ([AddressFamily: IPAddress], MACAddress) {
        var addresses: [AddressFamily: IPAddress] = [:]
        if let v4, pools[.v4] == nil { throw Self.missing(v4) }
        if let v6, pools[.v6] == nil { throw Self.missing(v6) }
        // A copy: nothing is taken when a later one is refused.
        var left = pools
        addresses[.v4] = try left[.v4]?.take(v4, mac: nil)
        var mac = mac
        if mac == nil, case .v4(let address)? = addresses[.v4] { mac = MACAddress(for: address) }
        let final = mac ?? .random()
        addresses[.v6] = try left[.v6]?.take(v6, mac: final)
        pools = left
        return (addresses, final)
    }

    private static func missing(_ address: IPAddress) -> EngineError {
        EngineError(.badParameter, "no configured subnet contains IP address \(address)")
    }

    private static func address(_ text: String?, _ family: AddressFamily) throws(EngineError) -> IPAddress? {
        guard let text, !text.isEmpty else { return nil }
        guard let address = IPAddress(text), address.family == family else {
            throw EngineError(
                .badParameter, "invalid \(family == .v4 ? "IPv4" : "IPv6") address: \(text)")
        }
        return address
    }

    private static func mac(_ text: String?) throws(EngineError) -> MACAddress? {
        guard let text, !text.isEmpty else { return nil }
        guard let mac = MACAddress(text), !mac.isMulticast else {
            throw EngineError(.badParameter, "\(text) is not a valid mac address")
        }
        return mac
    }
}
