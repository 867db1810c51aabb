import LinuxSystem
import Netlink
import Primitives
import Synchronization
import Testing

@testable import ContainerNetwork

/// Networks of one's own.
@Suite(.enabled(if: isRoot)) struct NetworkTests {
    private static func definition(
        _ name: String, driver: String = "bridge", _ subnets: [String] = [], ipv6: Bool = false,
        isInternal: Bool = false,
        options: [String: String] = [:]
    ) -> NetworkDefinition {
        NetworkDefinition(
            id: NetworkDefinition.newID(), name: name, driver: driver, hasIPv6: ipv6,
            pools: subnets.map { .init(subnet: $0) }, isInternal: isInternal, options: options)
    }

    @Test func makesABridgeWithBothFamilies() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let network = try controller.create(
                Self.definition("both", ["10.77.0.0/24", "fd01:77::/64"], ipv6: true)
            ).network
            #expect(network.pools.map(\.gateway) == ["10.77.0.1", "fd01:77::1"])
            let bridge = try host.route.link(named: "br-\(network.id.prefix(12))")
            #expect((bridge.kind, bridge.isUp, bridge.alias) == ("bridge", true, "martlet/mt_test"))
            let own = try host.route.addresses().filter { $0.link == bridge.index }.map {
                "\($0.address)/\($0.prefixLength)"
            }
            #expect(Set(own).isSuperset(of: ["10.77.0.1/24", "fd01:77::1/64", "fe80::1/64"]))
            let web = try controller.connect(try host.request(networks: [network.id]))
            let other = try controller.connect(try host.request(networks: [network.id]))
            let endpoint = try #require(web.endpoints.first)
            #expect((endpoint.ipAddress, endpoint.ipv6Address) == ("10.77.0.2", "fd01:77::2"))
            #expect((endpoint.gateway, endpoint.ipv6Gateway) == ("10.77.0.1", "fd01:77::1"))
            #expect(endpoint.linkLocalAddress == "fe80::42:aff:fe4d:2")
            let (webPath, otherPath) = (try #require(web.namespacePath), try #require(other.namespacePath))
            let servers = try inside(webPath) { (try Server(port: 80), try Server(port: 81, address: "::")) }
            #expect(try inside(otherPath) { ask("10.77.0.2", 80) } == "10.77.0.3")
            #expect(try inside(otherPath) { ask("fd01:77::2", 81) } == "fd01:77::3")
            #expect(ask("fd01:77::2", 81) == "fd01:77::1")
            withExtendedLifetime(servers) {}
            // Somebody is on it.
            let refused = #expect(throws: EngineError.self) { try controller.remove(network.id) }
            #expect(
                (refused?.kind, refused?.message) == (
                    .forbidden, "error while removing network: network both has active endpoints"
                ))
            controller.disconnect(try #require(host.id(of: web, controller)))
            controller.disconnect(try #require(host.id(of: other, controller)))
            try controller.remove(network.id)
            #expect(try host.route.findLink(named: bridge.name) == nil)
            try controller.remove(network.id)
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func keepsNetworksApart() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            try HostSettings.set("ipv4/ip_forward", "1")
            let left = try controller.create(Self.definition("left", ["fd01::/64"], ipv6: true)).network
            let right = try controller.create(Self.definition("right", ["fd02::/64"], ipv6: true)).network
            // Chosen one after the other: no subnet twice.
            #expect(left.pools.map(\.subnet) == ["fd01::/64", "172.18.0.0/16"])
            #expect(right.pools.map(\.subnet) == ["fd02::/64", "172.19.0.0/16"])
            let web = try controller.connect(
                try host.request(networks: [left.id], ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)]))
            let stranger = try controller.connect(try host.request(networks: [right.id]))
            let old = try controller.connect(try host.request())
            let (webPath, strangerPath) = (try #require(web.namespacePath), try #require(stranger.namespacePath))
            let servers = try inside(webPath) { (try Server(port: 80), try Server(port: 81, address: "::")) }
            for path in [strangerPath, try #require(old.namespacePath)] {
                #expect(try inside(path) { ask("172.18.0.2", 80, milliseconds: 300) } == nil)
                #expect(try inside(path) { ask("fd01::2", 81, milliseconds: 300) } == nil)
                // What is published is for everybody.
                #expect(try inside(path) { ask("172.17.0.1", 8080) } != nil)
            }
            // A container reaches its own published port too.
            #expect(try inside(webPath) { ask("172.18.0.1", 8080) } != nil)
            withExtendedLifetime(servers) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func letsNothingInOrOutOfAnInternalNetwork() async throws {
        try await onTestHost { host in
            let outside = try host.wire()
            let controller = try host.controller()
            try controller.start()
            let network = try controller.create(
                Self.definition("closed", ["10.78.0.0/24", "fd03::/64"], ipv6: true, isInternal: true)
            ).network
            let one = try controller.connect(
                try host.request(
                    networks: [network.id], ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)]))
            let two = try controller.connect(try host.request(networks: [network.id]))
            // Nothing is published, as in Docker.
            #expect(one.publishedPorts == [])
            let (path, otherPath) = (try #require(one.namespacePath), try #require(two.namespacePath))
            let inner = RouteConnection(try NetlinkSocket.route(in: NetworkNamespace.open(path)))
            #expect(try inner.routes().filter { $0.destination == nil && $0.table == 254 } == [])
            let servers = try (inside(path) { try Server(port: 80) }, inside(outside) { try Server(port: 80) })
            #expect(try inside(otherPath) { ask("10.78.0.2", 80) } == "10.78.0.3")
            // A container that may change its routes gets no further.
            let link = try inner.link(named: "eth0").index
            try inner.perform(.addDefaultRoute(gateway: #require(IPAddress("10.78.0.1")), link: link))
            #expect(try inside(path) { ask("203.0.113.2", 80, milliseconds: 300) } == nil)
            #expect(try inside(outside) { ask("10.78.0.2", 80, milliseconds: 300) } == nil)
            withExtendedLifetime(servers) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func putsAContainerOnSeveralNetworks() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let networks = try ["beta", "alpha", "gamma"].map { try controller.create(Self.definition($0)).network }
            var request = try host.request(
                networks: networks[..<2].map(\.id), ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)])
            let spec = try controller.connect(request)
            #expect(spec.endpoints.map(\.interface) == ["eth0", "eth1"])
            let path = try #require(spec.namespacePath)
            let inner = RouteConnection(try NetlinkSocket.route(in: NetworkNamespace.open(path)))
            func gateways() throws -> [String] {
                try inner.routes().filter { $0.destination == nil && $0.table == 254 }.compactMap {
                    $0.gateway?.description
                }
            }
            // Of equal priority the first by name: alpha.
            #expect(try gateways() == [networks[1].pools[0].gateway])
            #expect(try host.read(spec.hostsPath).hasPrefix("172.18.0.2\tweb\n172.19.0.2\tweb\n127.0.0.1"))
            let server = try inside(path) { try Server(port: 80) }
            #expect(ask("127.0.0.1", 8080) != nil)
            // One more while it runs, with a higher priority; the ports go with the default route.
            let more = try controller.attach(
                request.containerID, EndpointRequest(network: networks[2].id, gatewayPriority: 5))
            #expect(more.endpoints.map(\.interface) == ["eth0", "eth1", "eth2"])
            #expect(try gateways() == [networks[2].pools[0].gateway])
            #expect(ask("127.0.0.1", 8080) == "172.20.0.1")
            let twice = #expect(throws: EngineError.self) {
                try controller.attach(request.containerID, EndpointRequest(network: networks[2].id))
            }
            #expect(twice?.kind == .forbidden)
            let less = try controller.detach(request.containerID, from: networks[2].id)
            #expect(less.endpoints.map(\.interface) == ["eth0", "eth1"])
            #expect(try gateways() == [networks[1].pools[0].gateway])
            #expect(ask("127.0.0.1", 8080) == "172.19.0.1")
            #expect(try inner.findLink(named: "eth2") == nil)
            #expect(try !host.read(spec.hostsPath).contains("172.20.0.2"))
            try controller.remove(networks[2].id)
            request.endpoints = [EndpointRequest(network: networks[2].id)]
            let gone = #expect(throws: EngineError.self) {
                try controller.attach(request.containerID, EndpointRequest(network: networks[2].id))
            }
            #expect(gone?.kind == .notFound)
            withExtendedLifetime(server) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func givesTheAddressesThatAreAskedFor() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            var definition = Self.definition("fixed", ["10.77.0.0/24", "fd01::/64"], ipv6: true)
            definition.pools[0].range = "10.77.0.128/30"
            definition.pools[0].auxiliary = ["printer": "10.77.0.128"]
            let network = try controller.create(definition).network
            var request = try host.request(networks: [network.id])
            request.endpoints[0].ipv4Address = "10.77.0.50"
            request.endpoints[0].ipv6Address = "fd01::50"
            request.endpoints[0].linkLocalAddresses = ["169.254.8.8"]
            let spec = try controller.connect(request)
            let inner = try SandboxMaker.route(in: try #require(spec.namespacePath))
            #expect(try inner.addresses().contains { "\($0.address)/\($0.prefixLength)" == "169.254.8.8/16" })
            #expect(spec.endpoints.first?.ipAddress == "10.77.0.50")
            #expect(spec.endpoints.first?.ipv6Address == "fd01::50")
            // Others come out of the range, and what is reserved is not given.
            #expect(try controller.connect(try host.request(networks: [network.id])).ipAddress == "10.77.0.129")
            func message(_ v4: String, _ v6: String = "") throws -> String? {
                var request = try host.request(networks: [network.id])
                (request.endpoints[0].ipv4Address, request.endpoints[0].ipv6Address) = (v4, v6)
                return #expect(throws: EngineError.self) { try controller.connect(request) }?.message
            }
            #expect(try message("10.77.0.50") == "Address already in use")
            #expect(try message("10.77.0.1") == "Address already in use")
            #expect(try message("10.78.0.5") == "no configured subnet contains IP address 10.78.0.5")
            #expect(try message("10.77.0.51", "fd01::50") == "Address already in use")
            #expect(try message("fd01::9") == "invalid IPv4 address: fd01::9")
            // A refusal takes nothing with it.
            request = try host.request(networks: [network.id])
            request.endpoints[0].ipv4Address = "10.77.0.51"
            #expect(try controller.connect(request).ipAddress == "10.77.0.51")
            try controller.destroy()
        }
    }

    @Test func comesBackAsItWas() async throws {
        try await onTestHost { host in
            let died = try host.controller()
            try died.start()
            let network = try died.create(Self.definition("kept", ["10.77.0.0/24"])).network
            let request = try host.request(
                networks: [network.id], ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)])
            let spec = try died.connect(request)
            let lost = try died.create(Self.definition("lost")).network
            died.abandon()
            let controller = try host.controller()
            #expect(try controller.start(networks: [network]) == [])
            #expect(try controller.restore(endpoints: [(request.containerID, spec)]) == [])
            #expect(controller.collectGarbage(keeping: [request.containerID]) == [])
            // What no row tells of is gone, what one tells of is there.
            #expect(try host.route.findLink(named: "br-\(lost.id.prefix(12))") == nil)
            #expect(controller.networks.map(\.name) == ["bridge", "kept"])
            let server = try inside(try #require(spec.namespacePath)) { try Server(port: 80) }
            #expect(ask("127.0.0.1", 8080) != nil)
            #expect(try controller.connect(try host.request(networks: [network.id])).ipAddress == "10.77.0.3")
            // As after a loss of power: the definition alone makes it again.
            withExtendedLifetime(server) {}
            try controller.destroy()
            let third = try host.controller()
            #expect(try third.start(networks: [network]) == [])
            #expect(try third.connect(try host.request(networks: [network.id])).ipAddress == "10.77.0.2")
            try third.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func refusesWhatDoesNotFit() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            _ = try controller.create(
                Self.definition("first", ["10.77.0.0/16"], options: [BridgeOptions.name: "mtfirst"]))
            let before = try host.leftovers()
            let cases: [(NetworkDefinition, EngineError.Kind, String)] = [
                (
                    Self.definition("second", ["10.77.4.0/24"]), .forbidden,
                    "invalid pool request: Pool overlaps with other one on this address space: network second "
                        + "(10.77.4.0/24) overlaps network first (10.77.0.0/16)"
                ),
                (
                    Self.definition("second", ["172.17.0.0/16"]), .forbidden,
                    "invalid pool request: Pool overlaps with other one on this address space: network second "
                        + "(172.17.0.0/16) overlaps network bridge (172.17.0.0/16)"
                ),
                (
                    Self.definition("x", ["10.78.0.5/24"]), .badParameter,
                    "invalid network config:\ninvalid subnet 10.78.0.5/24: it should be 10.78.0.0/24"
                ),
                (Self.definition("x", ["nonsense"]), .badParameter, "invalid network config:\ninvalid subnet nonsense"),
                (
                    Self.definition("x", ["10.1.0.0/24", "10.2.0.0/24"]), .badParameter,
                    "bridge driver doesn't support multiple subnets"
                ),
                (
                    Self.definition("x", ["fd01::/64"]), .badParameter,
                    "invalid network config:\nIPv6 is not enabled, but subnet fd01::/64 is of IPv6"
                ),
                (
                    Self.definition("x", options: [BridgeOptions.name: "mtfirst"]), .conflict,
                    "cannot create network x: bridge name mtfirst is used by network first"
                ),
                (
                    Self.definition("x", options: [BridgeOptions.name: "a b"]), .badParameter,
                    "invalid bridge name: \"a b\""
                ),
                (
                    Self.definition("x", options: ["com.docker.network.bridge.nonsense": "1"]), .badParameter,
                    "bridge driver: option com.docker.network.bridge.nonsense is not supported"
                ),
                (
                    Self.definition("x", options: [BridgeOptions.masquerades: "maybe"]), .badParameter,
                    "invalid value maybe for option com.docker.network.bridge.enable_ip_masquerade"
                ),
                (
                    Self.definition("x", driver: "weave"), .notFound,
                    "could not find plugin weave in v1 plugin registry: plugin not found"
                ),
                (
                    Self.definition("x", driver: "host"), .forbidden,
                    "only one instance of \"host\" network is allowed"
                ),
            ]
            for (definition, kind, message) in cases {
                let error = #expect(throws: EngineError.self) { try controller.create(definition) }
                #expect((error?.kind, error?.message) == (kind, message))
            }
            #expect(try host.leftovers() == before)
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }
}

extension TestHost {
    func id(of spec: SandboxSpec, _ controller: NetworkController) -> ContainerID? {
        controller.state.withLock { $0.connections.first { $0.value.spec == spec }?.key }
    }
}
