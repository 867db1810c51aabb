import Glibc
import LinuxSystem
import Netlink
import Primitives
import Synchronization
import Testing

@testable import ContainerNetwork

@Suite(.enabled(if: isRoot)) struct ConnectTests {
    @Test func givesAContainerItsLinkAddressAndFiles() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.mtu = 1400 }
            #expect(try controller.start() == [])
            var request = try host.request()
            request.domainname = "example.org"
            let spec = try controller.connect(request)
            #expect((spec.ipAddress, spec.prefixLength, spec.gateway) == ("172.17.0.2", 16, "172.17.0.1"))
            #expect((spec.macAddress, spec.interface) == ("02:42:ac:11:00:02", "eth0"))
            #expect((spec.endpointID.count, spec.networkID?.count, spec.sandboxID.count) == (64, 64, 64))
            #expect(spec.networkID == controller.defaultID)
            let path = try #require(spec.namespacePath)
            let inner = RouteConnection(try NetlinkSocket.route(in: NetworkNamespace.open(path)))
            let eth0 = try inner.link(named: "eth0")
            #expect((eth0.isUp, eth0.mac?.description, eth0.mtu) == (true, spec.macAddress, 1400))
            #expect(try inner.link(named: "lo").isUp)
            #expect(
                try inner.addresses().contains {
                    $0.address == .v4(IPv4Address(172, 17, 0, 2)) && $0.prefixLength == 16
                })
            #expect(
                try inner.routes().contains { $0.destination == nil && $0.gateway == .v4(IPv4Address(172, 17, 0, 1)) })
            let outer = try host.route.link(named: try #require(spec.hostInterface))
            #expect((outer.alias, outer.isUp, outer.mtu) == ("martlet/mt_test", true, 1400))
            #expect(try outer.master == host.route.link(named: "mtbr0").index)
            #expect(outer.name.hasPrefix("veth") && outer.name.utf8.count == 11)
            #expect(try host.read(spec.hostsPath).hasPrefix("172.17.0.2\tweb.example.org web\n127.0.0.1\tlocalhost\n"))
            #expect(try host.read(spec.resolvConfPath) == "nameserver 10.255.0.53\n")
            #expect(try host.read(spec.hostnamePath) == "web.example.org\n")
            // Both ways over the bridge.
            let server = try Server(port: 7000)
            #expect(try inside(path) { ask("172.17.0.1", 7000) } == "172.17.0.2")
            let inner80 = try inside(path) { try Server(port: 80) }
            #expect(ask("172.17.0.2", 80) == "172.17.0.1")
            withExtendedLifetime((server, inner80)) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func takesTheAskedForLinkAddress() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            var request = try host.request()
            request.endpoints[0].macAddress = "92:D0:C6:0A:29:33"
            #expect(try controller.connect(request).macAddress == "92:d0:c6:0a:29:33")
            var bad = try host.request()
            bad.endpoints[0].macAddress = "92:d0"
            let error = #expect(throws: EngineError.self) { try controller.connect(bad) }
            #expect(error?.message == "92:d0 is not a valid mac address")
            bad.endpoints[0].macAddress = "ff:ff:ff:ff:ff:ff"
            #expect(throws: EngineError.self) { try controller.connect(bad) }
            let again = #expect(throws: EngineError.self) { try controller.connect(request) }
            #expect(again?.kind == .conflict)
            try controller.destroy()
        }
    }

    @Test func knowsContainersWithoutAndWithOthersNetworks() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            var lonely = try host.request(.none)
            lonely.extraHosts = ["db:10.9.8.7"]
            let none = try controller.connect(lonely)
            let path = try #require(none.namespacePath)
            let inner = RouteConnection(try NetlinkSocket.route(in: NetworkNamespace.open(path)))
            #expect(try inner.links().filter(\.isUp).map(\.name) == ["lo"])
            #expect(none.ipAddress == nil)
            #expect(try host.read(none.hostsPath) == NameFileTests.fixed + "10.9.8.7\tdb\n")
            let own = try controller.connect(try host.request(.host))
            #expect(own.namespacePath == nil)
            #expect(try host.read(own.hostsPath) == "127.0.0.1 localhost thehost\n")
            let joined = try controller.connect(try host.request(.joined(namespacePath: path)))
            #expect((joined.namespacePath, joined.hostsPath) == (path, ""))
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func leavesNothingBehindAfterAFailure() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let before = try host.leftovers()
            var request = try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)])
            request.extraHosts = ["nonsense"]
            #expect(throws: EngineError.self) { try controller.connect(request) }
            request.extraHosts = []
            request.hostname = "web\n10.0.0.1 bank"
            #expect(throws: EngineError.self) { try controller.connect(request) }
            request.hostname = "web"
            request.directory = "/nowhere"
            #expect(throws: EngineError.self) { try controller.connect(request) }
            #expect(try host.leftovers().filter { !$0.hasPrefix("veth") } == before)
            request.directory = host.folder
            let spec = try controller.connect(request)
            #expect(spec.publishedPorts.map(\.hostPort) == [8080])
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func makesSandboxesAheadAndRemovesThemAtTheEnd() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.warmSandboxes = 3 }
            try controller.start()
            while controller.pool.count < 6 { sched_yield() }
            let names = Set(try HostDirectory.entries(host.folder + "/netns"))
            #expect(names.count == 6)
            let spec = try controller.connect(try host.request())
            #expect(names.contains(String(spec.sandboxID.prefix(12))))
            #expect(try inside(spec.namespacePath ?? "") { try Server(port: 80) }.socket >= 0)
            controller.stop()
            #expect(try HostDirectory.entries(host.folder + "/netns") == [String(spec.sandboxID.prefix(12))])
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func connectsManyAtOnceWithoutDoublingAnything() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.warmSandboxes = 2 }
            try controller.start()
            let pool = WorkerPool(maximumThreads: 8)
            let (reader, writer) = try PacketSocket.streamPair()
            for worker in 0..<8 {
                pool.submit {
                    let failed = (try? Self.storm(host, controller, worker)) == nil
                    try? writer.fd.writeAll([failed ? 1 : 0])
                }
            }
            for _ in 0..<8 {
                var byte: UInt8 = 9
                _ = try withUnsafeMutableBytes(of: &byte) { try reader.fd.read(into: $0) }
                #expect(byte == 0)
            }
            let specs = controller.state.withLock { $0.connections.values.map(\.spec) }
            #expect(specs.count == 40)
            #expect(Set(specs.compactMap(\.ipAddress)).count == 40)
            #expect(Set(specs.flatMap(\.publishedPorts).map(\.hostPort)).count == 40)
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    /// Ten connections, every second of which is ended again.
    private static func storm(_ host: TestHost, _ controller: NetworkController, _ worker: Int) throws {
        for round in 0..<10 {
            let request = try host.request(ports: [PortRequest(containerPort: 80)])
            _ = try controller.connect(request)
            if round % 2 == 0 { controller.disconnect(request.containerID) }
        }
    }
}
