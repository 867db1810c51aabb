import Dispatch
import KeyValueStore
import LinuxSystem
import Netlink
import Primitives
import Synchronization
import Testing

@testable import ContainerNetwork

/// The books of one engine, as far as a cluster is concerned.
final class TestKeeper: SharedNetworkKeeper {
    private let state = Mutex<(networks: [String: SharedNetwork], reports: [String])>(([:], []))
    private let bell = DispatchSemaphore(value: 0)

    var reports: [String] { state.withLock { $0.reports } }

    func keep(_ network: NetworkDefinition) {
        state.withLock { $0.networks[network.id] = SharedNetwork(definition: network, note: "") }
    }

    func sharedNetworkCame(_ network: SharedNetwork) {
        state.withLock { $0.networks[network.definition.id] = network }
        bell.signal()
    }

    func sharedNetworkWent(_ id: String) {
        state.withLock { $0.networks[id] = nil }
        bell.signal()
    }

    func sharedNetwork(_ id: String) -> SharedNetwork? { state.withLock { $0.networks[id] } }

    func clusterReports(_ text: String) { state.withLock { $0.reports.append(text) } }

    /// Until a network came or went.
    func waitForNews() -> Bool { bell.wait(timeout: .now() + .seconds(10)) == .success }
}

extension ClusterConfiguration {
    static func test(_ store: any KeyValueStore, _ address: String) -> ClusterConfiguration {
        ClusterConfiguration(store: store, prefix: "", advertise: address + ":2375")
    }
}

/// Two engines in one process, each on a host of its own, that share a store in memory.
@Suite(.enabled(if: isRoot)) struct OverlayTests {
    private static func definition(_ name: String, _ options: [String: String] = [:]) -> NetworkDefinition {
        NetworkDefinition(
            id: NetworkDefinition.newID(), name: name, driver: "overlay", pools: [.init(subnet: "10.77.0.0/24")],
            options: options)
    }

    private static func request(_ host: TestHost, _ network: String, _ name: String) throws -> SandboxRequest {
        var request = try host.request(networks: [network])
        request.endpoints[0].names = [name]
        return request
    }

    @Test func carriesTrafficBetweenTwoEngines() async throws {
        try await onTestHost { host in
            let store = MemoryStore()
            let outside = try host.wire()
            let before = Set(try host.route.links().map(\.name))
            let (left, right) = (TestKeeper(), TestKeeper())
            let one = try host.controller { configuration in
                configuration.seed = "one"
                configuration.cluster = .test(store, "203.0.113.1")
            }
            try one.start()
            one.joinCluster(left)
            let two = try inside(outside) {
                let controller = try host.controller { configuration in
                    configuration.runDirectory = host.folder + "/two"
                    configuration.seed = "two"
                    configuration.cluster = .test(store, "203.0.113.2")
                }
                try HostDirectory.make(host.folder + "/two")
                try controller.start()
                controller.joinCluster(right)
                return controller
            }
            let network = try one.create(Self.definition("web")).network
            #expect(right.waitForNews() && two.network(network.id) == network)
            let (mine, theirs) = (
                try Self.request(host, network.id, "mine"), try Self.request(host, network.id, "theirs")
            )
            let web = try one.connect(mine)
            let other = try inside(outside) { try two.connect(theirs) }
            #expect([web.ipAddress, other.ipAddress] == ["10.77.0.2", "10.77.0.3"])
            let (webPath, otherPath) = (try #require(web.namespacePath), try #require(other.namespacePath))
            let server = try inside(webPath) { try Server(port: 80) }
            let answers = (0..<50).lazy.compactMap { _ in try? inside(otherPath) { ask("10.77.0.2", 80) } }
            #expect(answers.first == "10.77.0.3")
            withExtendedLifetime(server) {}
            #expect(one.remoteEndpoints(on: network.id).map(\.name) == ["theirs"])
            // In use on the other host.
            one.disconnect(mine.containerID)
            let refused = #expect(throws: EngineError.self) { try one.remove(network.id) }
            #expect(refused?.kind == .forbidden)
            #expect(refused?.message.hasSuffix("has active endpoints (name:\"theirs\" host:\"203.0.113.2\")") == true)
            try inside(outside) { _ = two.disconnect(theirs.containerID) }
            try one.remove(network.id)
            #expect(right.waitForNews() && two.network(network.id) == nil)
            #expect(try store.entries(below: "martlet/network/v1/endpoints/").entries.isEmpty)
            #expect(try store.entries(below: "martlet/network/v1/addresses/").entries.isEmpty)
            #expect((left.reports, right.reports) == ([], []))
            try inside(outside) { try two.destroy() }
            try one.destroy()
            #expect(Set(try host.route.links().map(\.name)) == before)
            #expect(try host.leftovers() == [])
        }
    }

    @Test func agreesOnAddressesAndNumbers() async throws {
        try await onTestHost { host in
            let store = MemoryStore()
            let keeper = TestKeeper()
            let controller = try host.controller { configuration in
                configuration.seed = "one"
                configuration.cluster = .test(store, "203.0.113.1")
            }
            try controller.start()
            controller.joinCluster(keeper)
            let network = try controller.create(Self.definition("web")).network
            #expect(network.options[OverlayOptions.numbers] == "256")
            // Another engine takes an address, and nothing of it has been heard here.
            let keys = ClusterKeys(prefix: "")
            let taken = keys.address(.v4(IPv4Address(10, 77, 0, 2)), network.id)
            #expect(try store.commit(StoreTransaction([.put(taken, Array("else".utf8), nil)])))
            let request = try host.request(networks: [network.id])
            #expect(try controller.connect(request).ipAddress == "10.77.0.3")
            let plain = try host.request(networks: [network.id])
            let wanted = SandboxRequest(
                containerID: plain.containerID, mode: .networks,
                endpoints: [EndpointRequest(network: network.id, ipv4Address: "10.77.0.2")], hostname: "web",
                directory: plain.directory)
            let refused = #expect(throws: EngineError.self) { try controller.connect(wanted) }
            #expect((refused?.kind, refused?.message) == (.forbidden, "Address already in use"))
            func message(_ definition: NetworkDefinition) -> String? {
                #expect(throws: EngineError.self) { try controller.create(definition) }?.message
            }
            #expect(message(Self.definition("web")) == "network with name web already exists")
            #expect(message(Self.definition("more"))?.contains("overlaps network web (10.77.0.0/24)") == true)
            #expect(
                message(Self.definition("more", [OverlayOptions.numbers: "256"]))
                    == "VXLAN id 256 is used by network web")
            #expect(
                message(Self.definition("more", ["encrypted": ""]))
                    == "overlay driver: option encrypted is not supported yet")
            controller.disconnect(request.containerID)
            try controller.destroy()
            #expect(try store.entries(below: keys.base + "endpoints/").entries.isEmpty)
        }
    }

    @Test func leavesToOthersWhatTheyGotMeanwhile() async throws {
        try await onTestHost { host in
            let store = MemoryStore()
            let keeper = TestKeeper()
            let controller = try host.controller { configuration in
                configuration.seed = "one"
                configuration.cluster = .test(store, "203.0.113.1")
            }
            try controller.start()
            controller.joinCluster(keeper)
            let network = try controller.create(Self.definition("web")).network
            let request = try host.request(networks: [network.id])
            #expect(try controller.connect(request).ipAddress == "10.77.0.2")
            // Its lease was over for a while: another engine has the address now.
            let key = ClusterKeys(prefix: "").address(.v4(IPv4Address(10, 77, 0, 2)), network.id)
            #expect(try store.commit(StoreTransaction([.put(key, [1], nil)])))
            controller.disconnect(request.containerID)
            #expect(try store.entries(below: "martlet/network/v1/endpoints/").entries.isEmpty)
            #expect(try store.entries(below: key).entries.map(\.value) == [[1]])
            try controller.destroy()
        }
    }

    @Test func isClearAboutAMissingStore() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let none = #expect(throws: EngineError.self) { try controller.create(Self.definition("web")) }
            #expect(none?.kind == .forbidden)
            #expect(none?.message.hasPrefix("datastore for scope \"global\" is not initialized") == true)
            try controller.destroy()
        }
    }

    @Test func goesOnWithoutTheStoreAndMakesUpForIt() async throws {
        try await onTestHost { host in
            let store = MemoryStore()
            let keeper = TestKeeper()
            let controller = try host.controller { configuration in
                configuration.seed = "one"
                configuration.cluster = .test(store, "203.0.113.1")
            }
            try controller.start()
            controller.joinCluster(keeper)
            let network = try controller.create(Self.definition("web")).network
            keeper.keep(network)
            let (stays, goes) = (try host.request(networks: [network.id]), try host.request(networks: [network.id]))
            _ = (try controller.connect(stays), try controller.connect(goes))
            store.setReachable(false)
            let away = #expect(throws: EngineError.self) {
                try controller.connect(try host.request(networks: [network.id]))
            }
            #expect((away?.kind, away?.message) == (.unavailable, "cluster store memory is not reached"))
            #expect(controller.disconnect(goes.containerID) == [])
            // Meanwhile everything there is lost.
            store.setReachable(true)
            #expect(try store.commit(StoreTransaction([.deleteBelow("martlet/")])))
            let keys = ClusterKeys(prefix: "")
            let isBack = (0..<1_000_000).contains { _ in
                let all = (try? store.entries(below: keys.allEndpoints).entries.count) ?? 0
                return all == 1
            }
            #expect(isBack)
            #expect(try store.entries(below: keys.networks).entries.map(\.key) == [keys.network(network.id)])
            #expect(keeper.reports.contains("cluster store memory is reached again"))
            controller.disconnect(stays.containerID)
            try controller.remove(network.id)
            try controller.destroy()
            #expect(try store.entries(below: "martlet/").entries.isEmpty)
        }
    }
}
