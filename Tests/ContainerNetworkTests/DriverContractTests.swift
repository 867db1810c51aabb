import KeyValueStore
import LinuxSystem
import Netlink
import Primitives
import Testing

@testable import ContainerNetwork

/// What every driver that makes networks keeps to.
@Suite(.enabled(if: isRoot)) struct DriverContractTests {
    static let drivers: [(driver: String, options: [String: String])] = [
        ("bridge", [:]), ("macvlan", [:]), ("macvlan", ["parent": "mtwire"]), ("overlay", [:]),
    ]

    @Test(arguments: drivers.indices) func connectsContainersAndLeavesNothing(index: Int) async throws {
        let (driver, options) = Self.drivers[index]
        try await onTestHost { host in
            _ = try host.wire()
            let links = Set(try host.route.links().map(\.name))
            let (store, keeper) = (MemoryStore(), TestKeeper())
            func engine() throws -> NetworkController {
                try host.controller { configuration in
                    configuration.seed = "engine"
                    configuration.cluster = .test(store, "203.0.113.1")
                }
            }
            let controller = try engine()
            try controller.start()
            controller.joinCluster(keeper)
            let network = try controller.create(
                NetworkDefinition(
                    id: NetworkDefinition.newID(), name: "net", driver: driver, hasIPv6: true,
                    pools: [.init(subnet: "10.99.0.0/24"), .init(subnet: "fd09::/64")], options: options)
            ).network
            let specs = try (0..<3).map { _ in try controller.connect(try host.request(networks: [network.id])) }
            #expect(specs.compactMap(\.ipAddress) == ["10.99.0.2", "10.99.0.3", "10.99.0.4"])
            #expect(Set(specs.compactMap(\.macAddress)).count == 3)
            for spec in specs {
                let inner = RouteConnection(
                    try NetlinkSocket.route(in: NetworkNamespace.open(try #require(spec.namespacePath))))
                let eth0 = try inner.link(named: "eth0")
                #expect((eth0.isUp, eth0.mac?.description) == (true, spec.macAddress))
                let addresses = Set(
                    try inner.addresses().filter { $0.link == eth0.index }.map { "\($0.address)/\($0.prefixLength)" })
                let endpoint = try #require(spec.endpoints.first)
                #expect(
                    addresses == [
                        "\(endpoint.ipAddress ?? "")/24", "\(endpoint.ipv6Address ?? "")/64",
                        "\(endpoint.linkLocalAddress ?? "")/64",
                    ])
                let gateways = try inner.routes().filter { $0.destination == nil && $0.table == 254 }
                // An overlay network leads nowhere else.
                #expect(
                    Set(gateways.compactMap { $0.gateway?.description })
                        == (driver == "overlay" ? [] : ["10.99.0.1", "fd09::1"]))
            }
            // Neighbours reach each other over both families.
            let path = try #require(specs[0].namespacePath)
            let servers = try inside(path) { (try Server(port: 80), try Server(port: 81, address: "::")) }
            let other = try #require(specs[1].namespacePath)
            #expect(try inside(other) { ask("10.99.0.2", 80) } == "10.99.0.3")
            #expect(try inside(other) { ask("fd09::2", 81) } == "fd09::3")
            withExtendedLifetime(servers) {}
            // A container joins and leaves while it runs.
            let request = try host.request()
            _ = try controller.connect(request)
            let more = try controller.attach(request.containerID, EndpointRequest(network: network.id))
            #expect(more.endpoints.map(\.interface) == ["eth0", "eth1"])
            #expect(try controller.detach(request.containerID, from: network.id).endpoints.count == 1)
            // The daemon dies and comes back: nothing is made twice.
            let second = try engine()
            controller.abandon()
            #expect(try second.start(networks: [network]) == [])
            second.collectGarbage(keeping: [])
            keeper.keep(network)
            second.joinCluster(keeper)
            try second.remove(network.id)
            try second.destroy()
            #expect(Set(try host.route.links().map(\.name)) == links)
            #expect(try host.leftovers() == [])
        }
    }

    @Test func namesTheOwnerOfAParentLink() async throws {
        try await onTestHost { host in
            _ = try host.wire()
            let controller = try host.controller()
            try controller.start()
            func create(_ name: String, _ subnet: String, _ options: [String: String]) throws {
                _ = try controller.create(
                    NetworkDefinition(
                        id: NetworkDefinition.newID(), name: name, driver: "macvlan", pools: [.init(subnet: subnet)],
                        options: options))
            }
            try create("one", "10.99.0.0/24", ["parent": "mtwire"])
            func message(_ options: [String: String]) -> String? {
                #expect(throws: EngineError.self) { try create("two", "10.98.0.0/24", options) }?.message
            }
            #expect(message(["parent": "mtwire"]) == "network one is already using parent interface mtwire")
            #expect(
                message(["parent": "mtnone"]) == "invalid subinterface vlan name mtnone, example formatting is eth0.10")
            #expect(
                message(["macvlan_mode": "loud"])
                    == "requested macvlan mode 'loud' is not valid, 'bridge' mode is the default")
            try controller.destroy()
        }
    }
}
