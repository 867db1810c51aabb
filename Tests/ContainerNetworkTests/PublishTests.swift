import Glibc
import LinuxSystem
import Netlink
import Primitives
import Synchronization
import Testing

@testable import ContainerNetwork

@Suite(.enabled(if: isRoot)) struct PublishTests {
    /// Whether or not frames between the bridge's ports pass the firewall, which is the host's choice.
    @Test(arguments: ["0", "1"]) func isReachedFromEverywhereItShouldBe(bridgeFilter: String) async throws {
        try await onTestHost { host in
            if HostFile.exists("/proc/sys/net/bridge") {
                try HostSettings.set("bridge/bridge-nf-call-iptables", bridgeFilter)
            }
            let outside = try host.wire()
            let controller = try host.controller()
            try controller.start()
            let web = try controller.connect(
                try host.request(ports: [
                    PortRequest(containerPort: 80, hostPorts: 8080...8080),
                    PortRequest(containerPort: 80, hostIP: "127.0.0.1", hostPorts: 8081...8081),
                    PortRequest(containerPort: 53, transport: "udp", hostPorts: 5353...5353),
                ]))
            let other = try controller.connect(try host.request())
            let (webPath, otherPath) = (try #require(web.namespacePath), try #require(other.namespacePath))
            let servers = try inside(webPath) { (try Server(port: 80), try EchoServer(port: 53)) }
            // The host itself, by its loop-back, its bridge and its own address.
            #expect(ask("127.0.0.1", 8080) == "172.17.0.1")
            #expect(ask("127.0.0.1", 8081) == "172.17.0.1")
            #expect(ask("172.17.0.1", 8080) != nil)
            #expect(ask("203.0.113.1", 8080) == "203.0.113.1")
            #expect(try DatagramClient().ask("127.0.0.1", 5353))
            // Another host is seen as itself; it reaches what is published, where it is published, and nothing else.
            #expect(try inside(outside) { ask("203.0.113.1", 8080) } == "203.0.113.2")
            #expect(try inside(outside) { try DatagramClient().ask("203.0.113.1", 5353) })
            #expect(try inside(outside) { ask("203.0.113.1", 8081, milliseconds: 300) } == nil)
            #expect(try inside(outside) { ask("172.17.0.2", 80, milliseconds: 300) } == nil)
            // Containers, by the host's address: another one and the same.
            #expect(try inside(otherPath) { ask("203.0.113.1", 8080) } == "172.17.0.1")
            #expect(try inside(webPath) { ask("203.0.113.1", 8080) } == "172.17.0.1")
            #expect(try inside(otherPath) { ask("172.17.0.1", 8081, milliseconds: 300) } == nil)
            // Neighbours, straight.
            #expect(try inside(otherPath) { ask("172.17.0.2", 80) } == "172.17.0.3")
            controller.disconnect(
                try #require(controller.state.withLock { $0.connections.first { $0.value.spec == web }?.key }))
            #expect(ask("127.0.0.1", 8080, milliseconds: 300) == nil)
            withExtendedLifetime(servers) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func sendsDatagramsToTheNewContainerAtOnce() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let port = PortRequest(containerPort: 53, transport: "udp", hostPorts: 5353...5353)
            // A client that keeps its own port, and was there first.
            let client = try DatagramClient(from: 40000)
            #expect(!client.ask("172.17.0.1", 5353, milliseconds: 100))
            for _ in 0..<2 {
                let request = try host.request(ports: [port])
                let path = try #require(try controller.connect(request).namespacePath)
                let server = try inside(path) { try EchoServer(port: 53) }
                #expect(client.ask("172.17.0.1", 5353))
                controller.disconnect(request.containerID)
                withExtendedLifetime(server) {}
            }
            try controller.destroy()
        }
    }

    @Test func hidesContainersBehindTheHostsAddress() async throws {
        try await onTestHost { host in
            let outside = try host.wire()
            let server = try inside(outside) { try Server(port: 7000) }
            let controller = try host.controller()
            try controller.start()
            let path = try #require(try controller.connect(try host.request()).namespacePath)
            #expect(try inside(path) { ask("203.0.113.2", 7000) } == "203.0.113.1")
            withExtendedLifetime(server) {}
            try controller.destroy()
        }
    }

    @Test func keepsContainersFromTheHostsLoopback() async throws {
        try await onTestHost { host in
            let server = try Server(port: 7000, address: "127.0.0.1")
            let controller = try host.controller()
            try controller.start()
            let path = try #require(try controller.connect(try host.request()).namespacePath)
            // A container that is allowed to change its routes sends its 127.0.0.0/8 to the host.
            let inner = RouteConnection(try NetlinkSocket.route(in: NetworkNamespace.open(path)))
            let eth0 = try inner.link(named: "eth0").index
            try inner.perform([
                .deleteAddress(.v4(.loopback), prefixLength: 8, from: 1),
                .addRoute(
                    to: #require(IPNetwork("127.0.0.0/8")), gateway: .v4(IPv4Address(172, 17, 0, 1)), link: eth0),
            ])
            let answer = try inside(path) {
                try HostSettings.set("ipv4/conf/eth0/route_localnet", "1")
                return ask("127.0.0.1", 7000, milliseconds: 300)
            }
            #expect(answer == nil)
            #expect(ask("127.0.0.1", 7000) == "127.0.0.1")
            withExtendedLifetime(server) {}
            try controller.destroy()
        }
    }

    @Test func keepsNeighboursApartWhenTold() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.allowsInterContainer = false }
            #expect(try controller.start() == [])
            let web = try controller.connect(
                try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)]))
            let other = try #require(try controller.connect(try host.request()).namespacePath)
            let server = try inside(try #require(web.namespacePath)) { try Server(port: 80) }
            #expect(try inside(other) { ask("172.17.0.2", 80, milliseconds: 300) } == nil)
            #expect(ask("127.0.0.1", 8080) != nil)
            withExtendedLifetime(server) {}
            try controller.destroy()
        }
    }

    @Test func refusesPortsThatAreTaken() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.reservedPorts = [2375] }
            try controller.start()
            func message(_ port: PortRequest) throws -> String? {
                let request = try host.request(ports: [port])
                return #expect(throws: EngineError.self) { try controller.connect(request) }?.message
            }
            let first = try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)])
            _ = try controller.connect(first)
            let program = try Server(port: 9090)
            let again = PortRequest(containerPort: 80, hostPorts: 8080...8080)
            let owner = " to container \(first.containerID.short)"
            #expect(try message(again) == "Bind for 0.0.0.0:8080 failed: port is already allocated" + owner)
            var loopback = again
            loopback.hostIP = "127.0.0.1"
            #expect(try message(loopback) == "Bind for 127.0.0.1:8080 failed: port is already allocated" + owner)
            #expect(
                try message(PortRequest(containerPort: 80, hostPorts: 9090...9090))
                    == "listen tcp4 0.0.0.0:9090: bind: address already in use")
            #expect(
                try message(PortRequest(containerPort: 80, hostIP: "198.51.100.1", hostPorts: 80...80))
                    == "listen tcp4 198.51.100.1:80: bind: cannot assign requested address")
            #expect(
                try message(PortRequest(containerPort: 80, hostPorts: 2375...2375))
                    == "Bind for 0.0.0.0:2375 failed: port is already allocated")
            // A range skips what is taken by anybody.
            let ranged = try controller.connect(
                try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8081)]))
            #expect(ranged.publishedPorts.map(\.hostPort) == [8081])
            #expect(try message(PortRequest(containerPort: 80, hostPorts: 8080...8081)) == "all ports are allocated")
            // Other programs are kept away, and come to their own when the container ends.
            #expect(throws: SystemError.self) { try Server(port: 8080) }
            controller.disconnect(first.containerID)
            _ = try Server(port: 8080)
            withExtendedLifetime(program) {}
            try controller.destroy()
        }
    }

    @Test func givesFreePortsToWhoNamesNone() async throws {
        try await onTestHost { host in
            try HostSettings.set("ipv4/ip_local_port_range", "40000\t40003")
            let controller = try host.controller()
            try controller.start()
            let program = try Server(port: 40001)
            let spec = try controller.connect(
                try host.request(ports: [
                    PortRequest(containerPort: 80), PortRequest(containerPort: 81),
                    PortRequest(containerPort: 80, transport: "udp"),
                    PortRequest(containerPort: 80, transport: "sctp"),
                ]))
            #expect(spec.publishedPorts.map(\.hostPort) == [40000, 40002, 40000, 40000])
            #expect(spec.publishedPorts.map(\.hostIP) == ["0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0"])
            withExtendedLifetime(program) {}
            try controller.destroy()
        }
    }

    @Test func publishesNothingWithoutAFirewall() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.managesFirewall = false }
            try controller.start()
            let request = try host.request(ports: [PortRequest(containerPort: 80)])
            let error = #expect(throws: EngineError.self) { try controller.connect(request) }
            #expect(error?.message.contains("needs the user-land proxy") == true)
            #expect(try Nftables().run("list tables") == "")
            try controller.destroy()
        }
    }
}
