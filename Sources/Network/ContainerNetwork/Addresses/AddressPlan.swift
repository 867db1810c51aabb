internal import Netlink
internal import Primitives

/// What a definition's pools say, read and checked.
struct AddressPlan: Sendable {
    struct Pool: Sendable {
        var subnet: IPNetwork
        var range: IPNetwork?
        var gateway: IPAddress?
        var auxiliary: [String: IPAddress]

        /// The container's default route leads there instead of to the bridge (`--default-gateway`).
        var defaultGateway: IPAddress? { auxiliary[Self.defaultGatewayName(subnet.family)] }

        static func defaultGatewayName(_ family: AddressFamily) -> String {
            family == .v4 ? "DefaultGatewayIPv4" : "DefaultGatewayIPv6"
        }
    }

    var pools: [AddressFamily: Pool] = [:]

    /// Errors: `badParameter` in Docker's words.
    init(_ definition: NetworkDefinition) throws(EngineError) {
        for text in definition.pools {
            let pool = try Self.read(text)
            let family = pool.subnet.family
            guard pools[family] == nil else {
                throw EngineError(.badParameter, "\(definition.driver) driver doesn't support multiple subnets")
            }
            pools[family] = pool
        }
    }

    private static func read(_ text: NetworkDefinition.Pool) throws(EngineError) -> Pool {
        guard let subnet = IPNetwork(text.subnet) else { throw invalid("invalid subnet \(text.subnet)") }
        guard subnet.subnet == subnet else {
            throw invalid("invalid subnet \(text.subnet): it should be \(subnet.subnet)")
        }
        // A network of one has no room for a gateway.
        guard Int(subnet.prefixLength) < subnet.family.width, !subnet.first.isMulticast, subnet.prefixLength > 0 else {
            throw invalid("invalid subnet \(text.subnet)")
        }
        var auxiliary: [String: IPAddress] = [:]
        for (name, address) in text.auxiliary { auxiliary[name] = try read(address, "auxiliary address", in: subnet) }
        return Pool(
            subnet: subnet, range: try range(text.range, in: subnet),
            gateway: text.gateway.isEmpty ? nil : try read(text.gateway, "gateway", in: subnet), auxiliary: auxiliary)
    }

    private static func range(_ text: String, in subnet: IPNetwork) throws(EngineError) -> IPNetwork? {
        if text.isEmpty { return nil }
        guard let range = IPNetwork(text) else { throw invalid("invalid ip-range \(text)") }
        guard range.subnet == range else { throw invalid("invalid ip-range \(text): it should be \(range.subnet)") }
        guard subnet.contains(range) else {
            throw invalid("invalid ip-range \(text): parent subnet \(subnet) doesn't contain ip-range")
        }
        return range
    }

    private static func read(_ text: String, _ what: String, in subnet: IPNetwork) throws(EngineError) -> IPAddress {
        guard let address = IPAddress(text) else { throw invalid("invalid \(what) \(text)") }
        guard subnet.contains(address) else {
            throw invalid("invalid \(what) \(text): parent subnet \(subnet) doesn't contain this address")
        }
        return address
    }

    private static func invalid(_ text: String) -> EngineError {
        EngineError(.badParameter, "invalid network config:\n\(text)")
    }
}

extension NetworkDefinition {
    /// Checks the pools, and chooses what they leave open. `used`: what the host has already, for pools of our choice.
    ///
    /// Errors: `badParameter`; `forbidden` for a pool that overlaps another network's.
    mutating func completePools(
        among others: [NetworkDefinition], used: [IPNetwork], defaults: DefaultPools
    ) throws(EngineError) {
        let given = try AddressPlan(self)
        try checkFamilies(given)
        let taken = others.flatMap { network in network.pools.compactMap { IPNetwork($0.subnet) } }
        for family in [AddressFamily.v4, .v6] where family == .v4 ? hasIPv4 : hasIPv6 {
            if let pool = given.pools[family] {
                try refuseOverlap(of: pool.subnet, with: others)
                if pool.gateway == nil { setGateway(pool) }
            } else {
                let subnet = try defaults.choose(family, used: used + taken)
                pools.append(Pool(subnet: "\(subnet)"))
                setGateway(AddressPlan.Pool(subnet: subnet, range: nil, gateway: nil, auxiliary: [:]))
            }
        }
    }

    private func checkFamilies(_ plan: AddressPlan) throws(EngineError) {
        guard hasIPv4 || hasIPv6 else {
            throw EngineError(.badParameter, "IPv4 or IPv6 must be enabled")
        }
        for (family, isOn, name) in [(AddressFamily.v4, hasIPv4, "IPv4"), (.v6, hasIPv6, "IPv6")] where !isOn {
            guard let pool = plan.pools[family] else { continue }
            throw EngineError(
                .badParameter,
                "invalid network config:\n\(name) is not enabled, but subnet \(pool.subnet) is of \(name)")
        }
    }

    /// The first address that nothing else has.
    private mutating func setGateway(_ pool: AddressPlan.Pool) {
        var free = AddressPool(network: pool.subnet, reserved: Array(pool.auxiliary.values))
        guard let address = try? free.allocate(),
            let index = pools.firstIndex(where: { $0.subnet == "\(pool.subnet)" })
        else { return }
        pools[index].gateway = "\(address)"
    }

    private func refuseOverlap(of subnet: IPNetwork, with others: [NetworkDefinition]) throws(EngineError) {
        for other in others {
            guard let theirs = other.pools.compactMap({ IPNetwork($0.subnet) }).first(where: { $0.overlaps(subnet) })
            else { continue }
            throw EngineError(
                .forbidden,
                "invalid pool request: Pool overlaps with other one on this address space: network \(name) (\(subnet)) "
                    + "overlaps network \(other.name) (\(theirs))")
        }
    }
}
