import KeyValueStore
import Primitives
import Testing

@testable import ContainerNetwork

/// What an engine makes of the store's entries.
@Suite struct ClusterTableTests {
    private let keys = ClusterKeys(prefix: "some/where")
    private let network = SharedNetwork(
        definition: NetworkDefinition(id: "abcdef", name: "web", driver: "overlay"), note: "n")

    private func endpoint(
        _ id: String, _ address: String, engine: String = "other", names: [String] = []
    ) -> SharedEndpoint {
        var spec = EndpointSpec(networkID: "abcdef", endpointID: id)
        spec.ipAddress = address
        spec.macAddress = "02:42:0a:00:00:02"
        spec.names = names
        return SharedEndpoint(spec, engine: engine, host: .v4(IPv4Address(192, 0, 2, 1)))
    }

    private func entry(_ endpoint: SharedEndpoint) -> StoreEntry {
        StoreEntry(key: keys.endpoint(endpoint), value: endpoint.shared)
    }

    private func entry(_ network: SharedNetwork) -> StoreEntry {
        StoreEntry(key: keys.network(network.definition.id), value: network.shared)
    }

    @Test func keysAreThoseOfTheFormat() {
        #expect(keys.network("abcdef") == "some/where/martlet/network/v1/networks/abcdef")
        #expect(ClusterKeys(prefix: "").base == "martlet/network/v1/")
        let one = endpoint("1", "10.0.0.2")
        #expect(keys.endpoint(one) == keys.base + "endpoints/abcdef/1")
        #expect(keys.address(.v4(IPv4Address(10, 0, 0, 2)), "abcdef") == keys.base + "addresses/abcdef/10.0.0.2")
        #expect(keys.subject(keys.endpoint(one)) == .endpoint(network: "abcdef", id: "1"))
        #expect(keys.subject("elsewhere/networks/abcdef") == nil)
        #expect(keys.subject(keys.base + "networks/a/b") == nil)
    }

    @Test func tellsWhatCameAndWent() {
        var table = ClusterTable(keys, engine: "me")
        let (one, two) = (endpoint("1", "10.0.0.2"), endpoint("2", "10.0.0.3"))
        #expect(table.apply(.put(entry(network))) == [.networkCame(network)])
        #expect(table.apply(.put(entry(network))) == [])
        #expect(table.apply(.put(entry(one))) == [.endpointCame(one)])
        let renamed = endpoint("1", "10.0.0.2", names: ["x"])
        #expect(table.apply(.put(entry(renamed))) == [.endpointCame(renamed)])
        let moved = endpoint("1", "10.0.0.9")
        #expect(table.apply(.put(entry(moved))) == [.endpointWent(renamed), .endpointCame(moved)])
        // A whole that lacks one and has another.
        #expect(
            table.replace(StoreSnapshot(entries: [entry(network), entry(two)], revision: 1))
                == [.endpointWent(moved), .endpointCame(two)])
        #expect(table.apply(.deleted(keys.endpoint(two))) == [.endpointWent(two)])
        #expect(table.apply(.deleted(keys.endpoint(two))) == [])
        #expect(table.apply(.deleted(keys.network("abcdef"))) == [.networkWent("abcdef")])
        #expect(table.networks.isEmpty)
    }

    @Test func missesWhatTheBooksHaveAndTheStoreDoesNot() {
        var table = ClusterTable(keys, engine: "me")
        table.expect(network)
        #expect(table.apply(.put(entry(network))) == [])
        #expect(table.replace(StoreSnapshot(entries: [], revision: 1)) == [.networkWent("abcdef")])
    }

    @Test func ownEndpointsAreNoNews() {
        var table = ClusterTable(keys, engine: "me")
        let mine = endpoint("1", "10.0.0.2", engine: "me")
        #expect(table.apply(.put(entry(mine))) == [])
        #expect(table.replace(StoreSnapshot(entries: [entry(mine)], revision: 1)) == [])
        #expect(table.apply(.deleted(keys.endpoint(mine))) == [])
    }

    @Test func ignoresWhatMakesNoSense() {
        var table = ClusterTable(keys, engine: "me")
        let one = endpoint("1", "10.0.0.2")
        for entry in [
            StoreEntry(key: keys.network("abcdef"), value: [1, 2, 3]),
            StoreEntry(key: keys.network("123456"), value: network.shared),
            StoreEntry(key: keys.endpoints("abcdef") + "2", value: one.shared),
            StoreEntry(key: keys.endpoints("123456") + "1", value: one.shared),
            StoreEntry(key: keys.base + "endpoints/abcdef/1/2", value: one.shared),
            StoreEntry(key: "networks/abcdef", value: network.shared),
            entry(SharedNetwork(definition: NetworkDefinition(id: "abcdef", name: "web", driver: "bridge"), note: "")),
            entry(SharedNetwork(definition: NetworkDefinition(id: "a b", name: "web", driver: "overlay"), note: "")),
        ] { #expect(table.apply(.put(entry)) == [], "\(entry.key)") }
    }

    @Test func endpointsWithForeignTextsLeadNowhere() {
        var odd = endpoint("1", "10.0.0.2")
        odd.mac = "01:00:5e:00:00:01"
        #expect(odd.forwarding(on: 1) == nil)
        odd.mac = "nonsense"
        #expect(odd.neighbours(on: 1) == nil)
        odd = endpoint("1", "300.0.0.2")
        #expect(odd.addresses == [] && odd.neighbours(on: 1) == [])
    }

    @Test func waitsLongerEachTime() {
        var patience = Patience()
        #expect(!patience.hasFailed)
        #expect((0..<9).map { _ in patience.next() } == [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
        #expect(patience.hasFailed)
    }
}
