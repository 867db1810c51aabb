import LinuxSystem
import Netlink
import Primitives
import Synchronization
import Testing

@testable import ContainerNetwork

@Suite(.enabled(if: isRoot)) struct RestoreTests {
    @Test func takesOverWhatRunsAndRemovesWhatDoesNot() async throws {
        try await onTestHost { host in
            // A link and a namespace of nobody's business.
            let wire = try host.wire()
            var died: NetworkController? = try host.controller { $0.warmSandboxes = 2 }
            try died?.start()
            while died?.pool.count != 4 {}
            let request = try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)])
            let lost = try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8081...8081)])
            let spec = try #require(try died?.connect(request))
            let lostSpec = try #require(try died?.connect(lost))
            while died?.pool.count != 4 {}
            // Its sockets close; what it made stays, as after kill -9.
            died?.abandon()
            died = nil
            let server = try inside(try #require(spec.namespacePath)) { try Server(port: 80) }
            #expect(ask("127.0.0.1", 8080) != nil)

            let controller = try host.controller()
            try controller.start()
            #expect(ask("127.0.0.1", 8080) != nil)
            #expect(try controller.restore(endpoints: [(request.containerID, spec)]) == [])
            #expect(controller.collectGarbage(keeping: [request.containerID]) == [])
            #expect(try HostDirectory.entries(host.folder + "/netns") == [String(spec.sandboxID.prefix(12))])
            #expect(ask("127.0.0.1", 8080) != nil)
            #expect(throws: SystemError.self) { try Server(port: 8080) }
            _ = try Server(port: 8081)
            #expect(try host.route.findLink(named: "mtwire") != nil)
            #expect(HostFile.exists(wire))
            let taken = try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)])
            #expect(throws: EngineError.self) { try controller.connect(taken) }
            #expect(try controller.connect(try host.request()).ipAddress != spec.ipAddress)
            #expect(lostSpec.ipAddress != spec.ipAddress)
            controller.disconnect(request.containerID)
            #expect(ask("127.0.0.1", 8080, milliseconds: 300) == nil)
            withExtendedLifetime(server) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func removesLinksWithItsMarkAndNoOthers() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let here = try NetworkNamespace.open("/proc/thread-self/ns/net")
            let bridge = try host.route.link(named: "mtbr0").index
            try host.route.perform([
                .addVeth("mtmine", master: bridge, peer: "mtminep", in: here),
                .setAlias(.name("mtmine"), "martlet/mt_test"),
                .addVeth("mttheirs", master: bridge, peer: "mttheirsp", in: here),
                .setAlias(.name("mttheirs"), "martlet/other"),
            ])
            // What a daemon leaves that is killed between making the file and the namespace.
            try HostFile.write(host.folder + "/netns/0123456789ab", [])
            #expect(controller.collectGarbage(keeping: []) == [])
            #expect(try HostDirectory.entries(host.folder + "/netns") == [])
            #expect(try host.route.findLink(named: "mtmine") == nil)
            #expect(try host.route.findLink(named: "mttheirs") != nil)
            try controller.destroy()
        }
    }

    @Test func putsTheFirewallBackAfterAFlush() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let first = try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)])
            let path = try #require(try controller.connect(first).namespacePath)
            let server = try inside(path) { try Server(port: 80) }
            #expect(ask("127.0.0.1", 8080) != nil)
            try Nftables().run("flush ruleset")
            #expect(ask("127.0.0.1", 8080, milliseconds: 300) == nil)
            try controller.reloadFirewall()
            #expect(ask("127.0.0.1", 8080) != nil)
            // The next change brings everything back too.
            try Nftables().run("flush ruleset")
            let second = try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8081...8081)])
            _ = try controller.connect(second)
            #expect(ask("127.0.0.1", 8080) != nil)
            try Nftables().run("flush ruleset")
            #expect(controller.disconnect(second.containerID) == [])
            #expect(ask("127.0.0.1", 8080) != nil)
            withExtendedLifetime(server) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }
}

extension NetworkController {
    /// What the kernel does for a daemon that was killed: its sockets are closed, nothing else.
    func abandon() {
        cluster?.stop()
        state.withLock { $0.connections = [:] }
    }
}

@Suite(.enabled(if: isRoot)) struct HostWatchTests {
    @Test func putsBackATableThatWasFlushed() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let (here, there) = try PacketSocket.streamPair()
            try controller.watch { _ in
                try? there.fd.writeAll([1])
            } resolverHasChanged: {
            }
            let spec = try controller.connect(
                try host.request(ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)]))
            let server = try inside(try #require(spec.namespacePath)) { try Server(port: 80) }
            try Nftables().run("flush ruleset")
            #expect(try here.fd.wait(upTo: .seconds(5)))
            #expect(ask("127.0.0.1", 8080) != nil)
            withExtendedLifetime(server) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func tellsOfNewNameServers() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            var request = try host.request()
            let spec = try controller.connect(request)
            controller.disconnect(request.containerID)
            let (here, there) = try PacketSocket.streamPair()
            try controller.watch { _ in
            } resolverHasChanged: {
                try? there.fd.writeAll([1])
            }
            try HostFile.write(host.folder + "/resolv.conf", Array("nameserver 10.255.0.54\n".utf8))
            #expect(try here.fd.wait(upTo: .seconds(5)))
            try controller.refreshResolver(request)
            #expect(try host.read(spec.resolvConfPath) == "nameserver 10.255.0.54\n")
            // One that was edited is the user's.
            try HostFile.write(spec.resolvConfPath, Array("nameserver 1.1.1.1\n".utf8))
            try controller.refreshResolver(request)
            #expect(try host.read(spec.resolvConfPath) == "nameserver 1.1.1.1\n")
            // One that was never started has none yet.
            request = try host.request()
            try controller.refreshResolver(request)
            #expect(!HostFile.exists(request.directory + "/resolv.conf"))
            try controller.destroy()
        }
    }
}
