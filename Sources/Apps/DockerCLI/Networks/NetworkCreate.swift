internal import APIModel
internal import EngineClient
internal import Flags
internal import Primitives

extension Command {
    static let networkCreate = Command(
        "network create", "NETWORK", about: "Create a network", count: 1...1,
        flags: [
            Flag("attachable", help: "Enable manual container attachment"),
            Flag("aux-address", kind: .list, help: "Auxiliary IPv4 or IPv6 addresses used by Network driver"),
            Flag("config-from", kind: .text, help: "The network from which to copy the configuration"),
            Flag("config-only", help: "Create a configuration only network"),
            Flag("d", "driver", kind: .text, default: "bridge", help: "Driver to manage the Network"),
            Flag("gateway", kind: .list, help: "IPv4 or IPv6 Gateway for the master subnet"),
            Flag("ingress", help: "Create swarm routing-mesh network"),
            Flag("internal", help: "Restrict external access to the network"),
            Flag("ip-range", kind: .list, help: "Allocate container ip from a sub-range"),
            Flag("ipam-driver", kind: .text, default: "default", help: "IP Address Management Driver"),
            Flag("ipam-opt", kind: .list, help: "Set IPAM driver specific options"),
            Flag("ipv4", default: "true", help: "Enable or disable IPv4 address assignment"),
            Flag("ipv6", help: "Enable or disable IPv6 address assignment"),
            Flag("label", kind: .list, help: "Set metadata on a network"),
            Flag("o", "opt", kind: .list, help: "Set driver specific options"),
            Flag("scope", kind: .text, help: "Control the network's scope"),
            Flag("subnet", kind: .list, help: "Subnet in CIDR format that represents a network segment"),
        ]
    ) { invocation in
        let created = try invocation.client.decode(
            NetworkCreated.self, "POST", "/networks/create", body: try NetworkCreateBody.request(invocation))
        if !created.warning.isEmpty { invocation.console.complain("WARNING: \(created.warning)") }
        invocation.console.print(created.id)
        return 0
    }
}

/// From the flags of `network create` to its request.
enum NetworkCreateBody {
    static func request(_ invocation: Invocation) throws -> NetworkCreateRequest {
        let flags = invocation.flags
        var request = NetworkCreateRequest()
        request.name = invocation.subject
        request.driver = flags.text("driver")
        request.scope = flags.text("scope")
        if flags.isSet("ipv4") { request.enableIPv4 = flags.bool("ipv4") }
        if flags.isSet("ipv6") { request.enableIPv6 = flags.bool("ipv6") }
        request.isInternal = flags.bool("internal")
        request.attachable = flags.bool("attachable")
        request.ingress = flags.bool("ingress")
        request.configOnly = flags.bool("config-only")
        if flags.isSet("config-from") {
            var reference = NetworkReference()
            reference.network = flags.text("config-from")
            request.configFrom = reference
        }
        var ipam = IPAMSettings()
        ipam.driver = flags.text("ipam-driver")
        ipam.options = flags.isSet("ipam-opt") ? try KeyValue.map(flags.list("ipam-opt"), of: "ipam-opt") : nil
        ipam.config = try IPAMFlags(flags).pools()
        request.ipam = ipam
        request.options = try KeyValue.map(flags.list("opt"), of: "opt")
        request.labels = KeyValue.plain(flags.list("label"))
        return request
    }
}

/// `--subnet`, `--ip-range`, `--gateway` and `--aux-address`: each goes to the subnet that it lies in.
struct IPAMFlags {
    private let subnets: [String]
    private let ranges: [String]
    private let gateways: [String]
    private let auxiliary: [String]

    init(_ flags: FlagValues) {
        subnets = flags.list("subnet")
        ranges = flags.list("ip-range")
        gateways = flags.list("gateway")
        auxiliary = flags.list("aux-address")
    }

    func pools() throws -> [IPAMPool] {
        if subnets.count < ranges.count || subnets.count < gateways.count {
            throw CommandFailure("every ip-range or gateway must have a corresponding subnet")
        }
        var pools: [(network: IPNetwork, pool: IPAMPool)] = []
        for text in subnets {
            let network = try self.network(text)
            guard !pools.contains(where: { $0.network.overlaps(network) }) else {
                throw CommandFailure("multiple overlapping subnet configuration is not supported")
            }
            var pool = IPAMPool()
            pool.subnet = text
            pools.append((network, pool))
        }
        try addRanges(to: &pools)
        try addGateways(to: &pools)
        try addAuxiliary(to: &pools)
        return pools.map(\.pool)
    }

    private func network(_ text: String) throws -> IPNetwork {
        guard let network = IPNetwork(text) else { throw CommandFailure("invalid CIDR address: \(text)") }
        return network
    }

    private func addRanges(to pools: inout [(network: IPNetwork, pool: IPAMPool)]) throws {
        for text in ranges {
            let range = try network(text)
            guard let index = pools.firstIndex(where: { $0.network.contains(range) }) else {
                throw CommandFailure("no matching subnet for range \(text)")
            }
            guard pools[index].pool.ipRange.isEmpty else {
                throw CommandFailure(
                    "cannot configure multiple ranges (\(text), \(pools[index].pool.ipRange)) on the same subnet "
                        + "(\(pools[index].pool.subnet))")
            }
            pools[index].pool.ipRange = text
        }
    }

    private func addGateways(to pools: inout [(network: IPNetwork, pool: IPAMPool)]) throws {
        for text in gateways {
            guard let index = index(of: text, in: pools) else {
                throw CommandFailure("no matching subnet for gateway \(text)")
            }
            guard pools[index].pool.gateway.isEmpty else {
                throw CommandFailure(
                    "cannot configure multiple gateways (\(text), \(pools[index].pool.gateway)) for the same subnet "
                        + "(\(pools[index].pool.subnet))")
            }
            pools[index].pool.gateway = text
        }
    }

    private func addAuxiliary(to pools: inout [(network: IPNetwork, pool: IPAMPool)]) throws {
        for (name, address) in try KeyValue.map(auxiliary, of: "aux-address").sorted(by: { $0.key < $1.key }) {
            guard let index = index(of: address, in: pools) else {
                throw CommandFailure("no matching subnet for aux-address \(address)")
            }
            pools[index].pool.auxiliaryAddresses[name] = address
        }
    }

    private func index(of address: String, in pools: [(network: IPNetwork, pool: IPAMPool)]) -> Int? {
        IPAddress(address).flatMap { parsed in pools.firstIndex { $0.network.contains(parsed) } }
    }
}
