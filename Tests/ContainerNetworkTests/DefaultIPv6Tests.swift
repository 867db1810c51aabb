import LinuxSystem
import Netlink
import Primitives
import Testing

@testable import ContainerNetwork

/// The default bridge with `--ipv6`, and what keeps its containers apart.
@Suite(.enabled(if: isRoot)) struct DefaultIPv6Tests {
    @Test func hasDockersLinkLocalAddressAndRoutesTheSubnet() async throws {
        try await onTestHost { host in
            let outside = try host.wire()
            let controller = try host.controller {
                $0.hasIPv6 = true
                $0.fixedCIDRv6 = "2001:db8:1::/64"
            }
            #expect(try controller.start() == [])
            let bridge = try host.route.link(named: "mtbr0")
            #expect(
                try host.route.addresses().contains {
                    $0.link == bridge.index && "\($0.address)/\($0.prefixLength)" == "fe80::1/64"
                })
            let spec = try controller.connect(
                try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)]))
            let endpoint = try #require(spec.endpoints.first)
            #expect(endpoint.ipv6Address == "2001:db8:1::242:ac11:2")
            #expect((endpoint.ipv6PrefixLength, endpoint.ipv6Gateway) == (64, "fe80::1"))
            let path = try #require(spec.namespacePath)
            let servers = try inside(path) {
                (try Server(port: 80, address: "::"), try Server(port: 81, address: "::"))
            }
            // Another host that has a route to the subnet: published ports, nothing else, and its own address is seen.
            let remote = RouteConnection(try NetlinkSocket.route(in: NetworkNamespace.open(outside)))
            let wire = try host.route.link(named: "mtwire").index
            let far = try remote.link(named: "eth0").index
            try host.route.perform(.addAddress(#require(IPAddress("2001:db8:9::1")), prefixLength: 64, to: wire))
            try remote.perform([
                .addAddress(#require(IPAddress("2001:db8:9::2")), prefixLength: 64, to: far),
                .addDefaultRoute(gateway: #require(IPAddress("2001:db8:9::1")), link: far),
            ])
            #expect(try inside(outside) { ask("2001:db8:1::242:ac11:2", 80) } == "2001:db8:9::2")
            #expect(try inside(outside) { ask("2001:db8:1::242:ac11:2", 81, milliseconds: 300) } == nil)
            #expect(try inside(outside) { ask("2001:db8:9::1", 8080) } == "2001:db8:9::2")
            let there = try inside(outside) { try Server(port: 90, address: "::") }
            #expect(try inside(path) { ask("2001:db8:9::2", 90) } == "2001:db8:1::242:ac11:2")
            withExtendedLifetime((servers, there)) {}
            // The bridge is taken over by the next daemon.
            let second = try host.controller {
                $0.hasIPv6 = true
                $0.fixedCIDRv6 = "2001:db8:1::/64"
            }
            #expect(try second.start() == [])
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func hasLinkLocalAddressesOnlyWithoutASubnet() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.hasIPv6 = true }
            try controller.start()
            let endpoint = try #require(try controller.connect(try host.request()).endpoints.first)
            #expect((endpoint.ipv6Address, endpoint.linkLocalAddress) == (nil, "fe80::42:acff:fe11:2"))
            try controller.destroy()
        }
    }

    @Test func leadsToAnotherGatewayWhenAsked() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.defaultGateway = "172.17.0.9" }
            try controller.start()
            #expect(try controller.connect(try host.request()).gateway == "172.17.0.9")
            let other = try host.controller {
                $0.bridge = "mtbr1"
                $0.defaultGateway = "10.1.1.1"
            }
            let error = #expect(throws: EngineError.self) { try other.start() }
            #expect(error?.message == "default gateway 10.1.1.1 must be part of the network 10.0.0.0/16")
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func keepsContainersApartButForLinks() async throws {
        try await onTestHost { host in
            let controller = try host.controller {
                $0.allowsInterContainer = false
                $0.hasIPv6 = true
                $0.fixedCIDRv6 = "fd00:17::/64"
            }
            try controller.start()
            let database = try controller.connect(try host.request())
            let target = try #require(database.endpoints.first)
            let path = try #require(database.namespacePath)
            let servers = try inside(path) { [80, 81].map { try? Server(port: $0, address: "::") } }
            let (v4, v6) = (try #require(target.ipAddress), try #require(target.ipv6Address))
            let stranger = try #require(try controller.connect(try host.request()).namespacePath)
            let link = LinkRequest(
                names: ["db", "web"], ipv4Address: v4, ipv6Address: v6, ports: [PortRequest(containerPort: 80)])
            var request = try host.request()
            request.links = [link]
            let friend = try controller.connect(request)
            let friendPath = try #require(friend.namespacePath)
            #expect(try host.read(friend.hostsPath).contains("\n\(v4)\tdb web\n\(v6)\tdb web\n"))
            for address in [v4, v6] {
                #expect(try inside(friendPath) { ask(address, 80) } != nil)
                #expect(try inside(friendPath) { ask(address, 81, milliseconds: 300) } == nil)
                #expect(try inside(stranger) { ask(address, 80, milliseconds: 300) } == nil)
            }
            // The target comes again with another address, then the link is taken away.
            let moved = LinkRequest(names: ["db"], ipv4Address: "172.17.0.77", ports: [PortRequest(containerPort: 80)])
            let again = try #require(try controller.relink(request.containerID, [moved]))
            #expect(try host.read(again.hostsPath).contains("\n172.17.0.77\tdb\n"))
            #expect(try inside(friendPath) { ask(v4, 80, milliseconds: 300) } == nil)
            #expect(try controller.relink(request.containerID, [])?.openings == [])
            #expect(try !host.read(again.hostsPath).contains("\tdb"))
            withExtendedLifetime(servers) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }
}
