internal import APIModel
internal import Flags
internal import Primitives

/// `--subnet`, `--ip-range`, `--gateway` and `--aux-address`: each goes to the subnet that it lies in.
struct IPAMFlags {
    private let subnets: [String]
    private let ranges: [String]
    private let gateways: [String]
    private let auxiliary: [String: String]

    /// Errors: quotes that do not match.
    init(_ flags: FlagValues) throws {
        subnets = try CommaFields.all(flags, "subnet")
        ranges = try CommaFields.all(flags, "ip-range")
        gateways = try CommaFields.all(flags, "gateway")
        auxiliary = KeyValue.plain(flags.list("aux-address"))
    }

    /// In the order of the subnets. A subnet that nothing is compared with goes to the engine unread.
    func pools() throws -> [IPAMPool] {
        if subnets.count < ranges.count || subnets.count < gateways.count {
            throw CommandFailure("every ip-range or gateway must have a corresponding subnet")
        }
        var pools = try subnetPools()
        try addRanges(to: &pools)
        try addGateways(to: &pools)
        try addAuxiliary(to: &pools)
        return pools
    }

    private func subnetPools() throws -> [IPAMPool] {
        var pools: [IPAMPool] = []
        for subnet in subnets {
            for other in pools where try network(subnet).overlaps(network(other.subnet)) {
                throw CommandFailure("multiple overlapping subnet configuration is not supported")
            }
            var pool = IPAMPool()
            pool.subnet = subnet
            pools.append(pool)
        }
        return pools
    }

    /// A range belongs where it begins; whether it ends there is the engine's to say.
    private func addRanges(to pools: inout [IPAMPool]) throws {
        for range in ranges {
            guard let start = IPNetwork(range)?.address else { throw CommandFailure("invalid CIDR address: \(range)") }
            guard let index = try index(of: start, in: pools) else {
                throw CommandFailure("no matching subnet for range \(range)")
            }
            guard pools[index].ipRange.isEmpty else {
                throw CommandFailure(
                    "cannot configure multiple ranges (\(range), \(pools[index].ipRange)) on the same subnet "
                        + "(\(pools[index].subnet))")
            }
            pools[index].ipRange = range
        }
    }

    private func addGateways(to pools: inout [IPAMPool]) throws {
        for gateway in gateways {
            guard let index = try index(of: IPAddress(gateway), in: pools) else {
                throw CommandFailure("no matching subnet for gateway \(gateway)")
            }
            guard pools[index].gateway.isEmpty else {
                throw CommandFailure(
                    "cannot configure multiple gateways (\(gateway), \(pools[index].gateway)) for the same subnet "
                        + "(\(pools[index].subnet))")
            }
            pools[index].gateway = gateway
        }
    }

    private func addAuxiliary(to pools: inout [IPAMPool]) throws {
        for (name, address) in auxiliary.sorted(by: { $0.key < $1.key }) {
            guard let index = try index(of: IPAddress(address), in: pools) else {
                throw CommandFailure("no matching subnet for aux-address \(address)")
            }
            pools[index].auxiliaryAddresses[name] = address
        }
    }

    /// Errors: a subnet that is none.
    private func index(of address: IPAddress?, in pools: [IPAMPool]) throws -> Int? {
        let networks = try pools.map { try network($0.subnet) }
        return address.flatMap { address in networks.firstIndex { $0.contains(address) } }
    }

    private func network(_ text: String) throws -> IPNetwork {
        guard let network = IPNetwork(text) else {
            throw CommandFailure("invalid subnet: invalid CIDR address: \(text)")
        }
        return network
    }
}
