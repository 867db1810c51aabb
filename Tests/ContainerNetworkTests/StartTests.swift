import LinuxSystem
import Netlink
import Primitives
import Testing

@testable import ContainerNetwork

@Suite(.enabled(if: isRoot)) struct StartTests {
    @Test func keepsTheBridgeAndUsesItAgain() async throws {
        try await onTestHost { host in
            let first = try host.controller { $0.bridgeCIDR = "10.77.0.1/24" }
            try first.start()
            first.stop()
            let bridge = try host.route.link(named: "mtbr0")
            #expect(bridge.isUp)
            let second = try host.controller()
            try second.start()
            #expect(second.networks.first?.pools.first?.subnet == "10.77.0.0/24")
            #expect(second.networks.first?.pools.first?.gateway == "10.77.0.1")
            #expect(second.defaultID == first.defaultID)
            #expect(try host.route.link(named: "mtbr0") == bridge)
            let third = try host.controller { $0.bridgeCIDR = "10.78.0.1/24" }
            let error = #expect(throws: EngineError.self) { try third.start() }
            #expect(error?.message == "Bridge ip (10.77.0.1) does not match existing bridge configuration 10.78.0.1")
            try first.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func keepsTheBridgesLinkAddressWhatPortsEverItHas() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            let before = try host.route.link(named: "mtbr0").mac
            var request = try host.request()
            request.endpoints[0].macAddress = "02:00:00:00:00:01"
            _ = try controller.connect(request)
            #expect(try host.route.link(named: "mtbr0").mac == before)
            try controller.destroy()
        }
    }

    @Test func givesAddressesOfTheFixedRange() async throws {
        try await onTestHost { host in
            let controller = try host.controller {
                $0.bridgeCIDR = "10.77.0.1/24"
                $0.fixedCIDR = "10.77.0.64/30"
            }
            try controller.start()
            #expect(try controller.connect(try host.request()).ipAddress == "10.77.0.64")
            #expect(controller.networks.first?.pools.first?.range == "10.77.0.64/30")
            try controller.destroy()
            let outside = try host.controller {
                $0.bridgeCIDR = "10.77.0.1/24"
                $0.fixedCIDR = "10.78.0.0/24"
            }
            #expect(throws: EngineError.self) { try outside.start() }
            #expect(try host.route.findLink(named: "mtbr0") == nil)
        }
    }

    @Test func avoidsNetworksTheHostHasRoutesTo() async throws {
        try await onTestHost { host in
            _ = try host.wire()
            let wire = try host.route.link(named: "mtwire").index
            try host.route.perform(
                .addAddress(.v4(IPv4Address(172, 17, 3, 4)), prefixLength: 24, to: wire))
            let controller = try host.controller()
            try controller.start()
            #expect(controller.networks.first?.pools.first?.gateway == "10.0.42.1")
            try controller.destroy()
        }
    }

    @Test func wantsTheAdministratorsBridgeToBeThere() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.createsBridge = false }
            let error = #expect(throws: EngineError.self) { try controller.start() }
            #expect(error?.kind == .notFound)
            try host.route.perform(.addBridge("mtbr0"))
            let bare = #expect(throws: EngineError.self) { try controller.start() }
            #expect(bare?.message == "bridge mtbr0 has no IPv4 address")
        }
    }

    @Test func turnsForwardingOnForItsBridgeAndTheHost() async throws {
        try await onTestHost { host in
            let controller = try host.controller()
            try controller.start()
            #expect(try host.read("/proc/sys/net/ipv4/ip_forward") == "1\n")
            #expect(try host.read("/proc/sys/net/ipv4/conf/mtbr0/route_localnet") == "1\n")
            try controller.destroy()
        }
    }

    @Test func tellsOfAFirewallThatDropsWhatIsForwarded() async throws {
        try await onTestHost { host in
            try Nftables().run(
                "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }"
            )
            let controller = try host.controller()
            let warnings = try controller.start()
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("ip filter FORWARD") == true)
            try controller.destroy()
            #expect(try host.leftovers() == ["table ip filter"])
        }
    }

    @Test func takesAnyTableNameThatABridgeNameMakes() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.tableName = "martlet_mt-0.b_1" }
            try controller.start()
            #expect(try host.leftovers().contains("table inet martlet_mt-0.b_1"))
            let spec = try controller.connect(
                try host.request(
                    networks: [controller.defaultID],
                    ports: [PortRequest(containerPort: 80, hostPorts: 8080...8080)]))
            let server = try inside(try #require(spec.namespacePath)) { try Server(port: 80) }
            #expect(ask("127.0.0.1", 8080) != nil)
            withExtendedLifetime(server) {}
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }

    @Test func doesWithoutABridgeWhenSwitchedOff() async throws {
        try await onTestHost { host in
            let controller = try host.controller { $0.bridge = "none" }
            try controller.start()
            let spec = try controller.connect(try host.request())
            #expect(spec.namespacePath != nil)
            #expect(spec.ipAddress == nil)
            #expect(controller.networks == [])
            try controller.destroy()
            #expect(try host.leftovers() == [])
        }
    }
}
