import LinuxSystem
import Netlink
import Primitives
import Testing

@testable import ContainerNetwork

/// A real Docker on the same host that was there first: it drops what it doesn't know.
@Suite(.enabled(if: isRoot)) struct BesideDockerTests {
    /// The forward chain as dockerd 20.10 leaves it, with a bridge `docker0` at 10.62.0.1/24.
    private static let dockers = """
        table ip filter {
            chain DOCKER { }
            chain DOCKER-USER { counter return; }
            chain FORWARD {
                type filter hook forward priority filter; policy drop;
                counter jump DOCKER-USER
                oifname "docker0" ct state related,established counter accept
                oifname "docker0" counter jump DOCKER
                iifname "docker0" oifname != "docker0" counter accept
            }
        }
        """

    private func docker(on host: TestHost) throws {
        try Nftables().run(Self.dockers)
        let inner = try NetworkNamespace.create(at: host.folder + "/theirs")
        try host.route.perform([.addBridge("docker0", mac: .random())])
        let bridge = try host.route.link(named: "docker0").index
        try host.route.perform([
            .addAddress(.v4(IPv4Address(10, 62, 0, 1)), prefixLength: 24, to: bridge), .setUp(.index(bridge)),
            .addVeth("mttheirs", mtu: 1500, master: bridge, peer: "eth0", in: inner.namespace),
            .setUp(.name("mttheirs")),
        ])
        let eth0 = try inner.route.link(named: "eth0").index
        try inner.route.perform([
            .addAddress(.v4(IPv4Address(10, 62, 0, 2)), prefixLength: 24, to: eth0), .setUp(.index(eth0)),
            .addDefaultRoute(gateway: .v4(IPv4Address(10, 62, 0, 1)), link: eth0),
        ])
    }

    @Test func isLetThroughWhereDockerDrops() async throws {
        try await onTestHost { host in
            let outside = try host.wire()
            try docker(on: host)
            defer { try? NetworkNamespace.remove(at: host.folder + "/theirs") }
            try HostSettings.set("ipv4/ip_forward", "1")
            let controller = try host.controller()
            #expect(try controller.start() == [])
            let network = try controller.create(
                NetworkDefinition(id: NetworkDefinition.newID(), name: "own", driver: "bridge")
            ).network
            let own = try host.request(networks: [network.id])
            let specs = try [
                controller.connect(
                    host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)])),
                controller.connect(own),
            ]
            let paths = try specs.map { try #require($0.namespacePath) }
            let theirs = host.folder + "/theirs"
            let address = try #require(specs[0].ipAddress)
            let servers = try (
                inside(outside) { try Server(port: 80) }, inside(paths[0]) { try Server(port: 80) },
                inside(theirs) { try Server(port: 80) }
            )
            // Out, and in by a published port.
            for path in paths { #expect(try inside(path) { ask("203.0.113.2", 80) } != nil) }
            #expect(try inside(outside) { ask("203.0.113.1", 8080) } != nil)
            #expect(try inside(theirs) { ask("10.62.0.1", 8080) } != nil)
            // Docker's containers are reached by what they publish alone, and so are ours.
            #expect(try inside(paths[0]) { ask("10.62.0.2", 80, milliseconds: 300) } == nil)
            #expect(try inside(theirs) { ask(address, 80, milliseconds: 300) } == nil)
            withExtendedLifetime(servers) {}
            // What is ours there goes with the network it is for.
            func rules() throws -> Int {
                try Nftables().run("list chain ip filter DOCKER-USER").split(separator: "\n").count {
                    $0.contains("comment")
                }
            }
            #expect(try rules() == 6)
            controller.disconnect(own.containerID)
            try controller.remove(network.id)
            #expect(try rules() == 3)
            try controller.destroy()
            #expect(try rules() == 0)
        }
    }
}
