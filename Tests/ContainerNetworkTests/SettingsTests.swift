import Netlink
import Primitives
import Testing

@testable import ContainerNetwork

@Suite struct SettingsTests {
    private struct Case: Sendable {
        var message: String
        var change: @Sendable (inout NetworkConfiguration) -> Void
    }

    private static let cases: [Case] = [
        Case(message: "invalid CIDR address: 172.17.0.1") { $0.bridgeCIDR = "172.17.0.1" },
        Case(message: "invalid CIDR address: x/8") { $0.fixedCIDR = "x/8" },
        Case(message: "Invalid ip address: here") { $0.defaultBindAddress = "here" },
        Case(message: "dns is not an ip address") { $0.dns = ["dns"] },
        Case(message: "invalid bridge name: \"a b\"") { $0.bridge = "a b" },
        Case(message: "invalid bridge name: \"\"") { $0.bridge = "" },
        Case(message: "invalid bridge name: \"abcdefghijklmnop\"") { $0.bridge = "abcdefghijklmnop" },
        Case(message: "invalid firewall table name: \"a; flush ruleset\"") { $0.tableName = "a; flush ruleset" },
        Case(message: "invalid mtu: 9") { $0.mtu = 9 },
        Case(message: "You specified -b & --bip, mutually exclusive options. Please specify only one.") {
            $0.createsBridge = false
            $0.bridgeCIDR = "10.0.0.1/24"
        },
        Case(
            message:
                "You specified --iptables=false with --icc=false. ICC uses iptables to function. Please set --icc or "
                + "--iptables to true."
        ) {
            $0.managesFirewall = false
            $0.allowsInterContainer = false
        },
    ]

    @Test(arguments: cases.indices) func refusesWhatMakesNoSense(index: Int) {
        var configuration = NetworkConfiguration(runDirectory: "/nowhere")
        Self.cases[index].change(&configuration)
        let error = #expect(throws: EngineError.self) { try NetworkController(configuration: configuration) }
        #expect((error?.kind, error?.message) == (.badParameter, Self.cases[index].message))
    }

    @Test(arguments: [
        (PortRequest(containerPort: 80, transport: "icmp"), EngineError.Kind.badParameter, "Invalid proto: icmp"),
        (PortRequest(containerPort: 0), .badParameter, "Invalid containerPort: 0"),
        (PortRequest(containerPort: 80, hostIP: "1.2.3"), .badParameter, "Invalid ip address: 1.2.3"),
        (PortRequest(containerPort: 80, hostIP: "ff02::1"), .badParameter, "Invalid ip address: ff02::1"),
    ])
    func refusesBadPorts(request: PortRequest, kind: EngineError.Kind, message: String) {
        let error = #expect(throws: EngineError.self) {
            try ContainerNetwork.PortBinding.parse([request], defaults: [.any(.v4)])
        }
        #expect((error?.kind, error?.message) == (kind, message))
    }

    @Test func choosesTheFirstNetworkThatOverlapsNothing() throws {
        func choose(_ used: String...) throws -> String {
            try BridgeAddress.choose(for: "docker0", used: used.compactMap { IPNetwork($0) }).description
        }
        #expect(try choose() == "172.17.0.1/16")
        #expect(try choose("172.17.9.9/32", "10.0.0.53/32", "fd00::/8") == "10.1.42.1/16")
        #expect(try choose("172.16.0.1/32", "172.17.0.1/32", "10.0.0.9/32") == "10.1.42.1/16")
    }

    @Test func findsForwardChainsOfOthersThatDrop() {
        let listing = """
            table ip filter {
            \tchain FORWARD {
            \t\ttype filter hook forward priority filter; policy drop;
            \t}
            \tchain INPUT {
            \t\ttype filter hook input priority filter; policy drop;
            \t}
            }
            table inet other {
            \tchain f {
            \t\ttype filter hook forward priority 5; policy accept;
            \t}
            }
            table inet martlet {
            \tchain forward {
            \t\ttype filter hook forward priority filter; policy drop;
            \t}
            }
            """
        #expect(ForeignDrops.find(listing, own: "martlet") == ["ip filter FORWARD"])
    }
}
