import Glibc
import LinuxSystem
import Netlink
import Primitives
import Synchronization
import Testing

let isRoot = geteuid() == 0

/// A skip is not a pass: with REQUIRE_ALL=1 a missing privilege is a failure.
@Test func kernelSuitesNeedRoot() {
    #expect(isRoot || getenv("REQUIRE_ALL") == nil, "the suites that talk to the kernel need root")
}

@Suite(.enabled(if: isRoot)) struct KernelTests {
    @Test func makesABridgeWithAPortAndTakesItAway() async throws {
        try await onHostOfItsOwn {
            let route = try RouteConnection()
            let mac = try #require(MACAddress("02:42:01:02:03:04"))
            let here = try NetworkNamespace.open("/proc/thread-self/ns/net")
            try route.perform([
                .addBridge("mtbr", mac: mac, mtu: 1400), .addVeth("mtdm", peer: "mtdp", in: here),
                .setUp(.name("mtbr")),
            ])
            let bridge = try route.link(named: "mtbr")
            #expect((bridge.kind, bridge.isUp, bridge.mtu, bridge.mac) == ("bridge", true, 1400, mac))
            try route.perform([
                .setMaster(.name("mtdm"), bridge.index), .setPort(.name("mtdm"), alias: "owner", hairpin: true),
                .setMTU(.name("mtdm"), 1300), .setMAC(.name("mtdm"), MACAddress(for: .loopback)),
                .setUp(.name("mtdm")), .setBridgeFilter(.index(bridge.index), on: true),
                .addAddress(.v4(IPv4Address(10, 9, 8, 1)), prefixLength: 24, to: bridge.index),
            ])
            let port = try #require(try route.links().first { $0.name == "mtdm" })
            #expect((port.master, port.alias, port.mtu, port.isUp) == (bridge.index, "owner", 1300, true))
            #expect(port.mac?.description == "02:42:7f:00:00:01")
            #expect(try hairpin(of: port, on: route))
            #expect(
                try route.addresses().contains {
                    $0.link == bridge.index && $0.address == .v4(IPv4Address(10, 9, 8, 1)) && $0.prefixLength == 24
                })
            #expect(try !route.addresses().contains { $0.link == port.index })
            #expect(
                try route.routes().contains { $0.destination == .v4(IPv4Address(10, 9, 8, 0)) && $0.prefixLength == 24 }
            )
            try route.perform([
                .deleteAddress(.v4(IPv4Address(10, 9, 8, 1)), prefixLength: 24, from: bridge.index),
                .setDown(.name("mtdm")), .rename(index: port.index, to: "mtnew"), .deleteLink(.name("mtnew")),
                .deleteLink(.name("mtbr")),
            ])
            #expect(try route.links().map(\.name).filter { $0.hasPrefix("mt") }.isEmpty)
        }
    }

    /// The port's own flag, in the attributes of its bridge.
    private func hairpin(of port: Link, on route: RouteConnection) throws -> Bool {
        try HostFile.exists("/sys/class/net/\(port.name)/brport/hairpin_mode")
            ? String(decoding: HostFile.read("/sys/class/net/\(port.name)/brport/hairpin_mode"), as: UTF8.self) == "1\n"
            : true
    }

    @Test func passesOnTheKernelsOwnWords() async throws {
        try await onHostOfItsOwn {
            let route = try RouteConnection()
            let missing = #expect(throws: NetlinkError.self) { try route.link(named: "mtnone") }
            #expect((missing?.errno, try? route.findLink(named: "mtnone")) == (19, .some(nil)))
            try route.perform([.addBridge("mtone")])
            let twice = #expect(throws: NetlinkError.self) { try route.perform(.addBridge("mtone")) }
            #expect(twice?.isExisting == true)
            let gateway = IPAddress.v4(IPv4Address(10, 99, 0, 1))
            let index = try route.link(named: "mtone").index
            try route.perform(.setUp(.index(index)))
            let unreachable = #expect(throws: NetlinkError.self) {
                try route.perform(.addDefaultRoute(gateway: gateway, link: index))
            }
            // net/ipv4/fib_semantics.c
            #expect(unreachable?.kernelText == "Nexthop has invalid gateway")
        }
    }

    @Test func putsOneEndOfAPairIntoAnotherNamespace() async throws {
        let path = temporaryPath()
        try await onHostOfItsOwn {
            let inner = try NetworkNamespace.create(at: path)
            let route = try RouteConnection()
            try route.perform([
                .addVeth("mtveth", mtu: 1400, peer: "eth0", in: inner.namespace), .setUp(.name("mtveth")),
            ])
            #expect(try route.findLink(named: "eth0") == nil)
            let eth0 = try inner.route.link(named: "eth0")
            #expect(eth0.mtu == 1400)
            try inner.route.perform([
                .setUp(.index(1)), .setUp(.index(eth0.index)),
                .addAddress(.v4(IPv4Address(10, 9, 8, 2)), prefixLength: 24, to: eth0.index),
                .addDefaultRoute(gateway: .v4(IPv4Address(10, 9, 8, 1)), link: eth0.index),
            ])
            #expect(try inner.route.link(named: "lo").isUp)
            #expect(
                try inner.route.routes().contains {
                    $0.destination == nil && $0.gateway == .v4(IPv4Address(10, 9, 8, 1))
                })
            let again = RouteConnection(try NetlinkSocket.route(in: NetworkNamespace.open(path)))
            #expect(try again.link(named: "eth0").index == eth0.index)
            try route.perform(.deleteLink(.name("mtveth")))
            #expect(try inner.route.findLink(named: "eth0") == nil)
        }
        try NetworkNamespace.remove(at: path)
        try NetworkNamespace.remove(at: path)
        #expect(!HostFile.exists(path))
    }

    @Test func leavesNoFileBehindWhenANamespaceCannotBeMade() throws {
        let path = temporaryPath()
        try HostFile.write(path, [])
        #expect(throws: SystemError.self) { _ = try NetworkNamespace.create(at: path) }
        try HostFile.remove(path)
        #expect(throws: SystemError.self) { _ = try NetworkNamespace.create(at: "/nowhere/\(path)") }
    }

    @Test func runsFirewallCommandsAllOrNothing() async throws {
        try await onHostOfItsOwn {
            let nftables = try Nftables()
            try nftables.run("add table inet mt; add set inet mt s { type inet_service; }")
            #expect(throws: NftablesError.self) {
                try nftables.run("add element inet mt s { 80 }; add element inet mt nowhere { 81 }")
            }
            #expect(try nftables.run("list set inet mt s").contains("80") == false)
            try nftables.run("add element inet mt s { 80 }")
            #expect(try nftables.run("list set inet mt s").contains("80"))
            let error = #expect(throws: NftablesError.self) { try nftables.run("no such command") }
            #expect(error?.message.contains("\n") == false)
        }
    }

    /// The library's lists of links are one for all contexts: who gives a context back takes turns as well.
    @Test func contextsComeAndGoWhileOthersWork() async throws {
        try await onHostOfItsOwn {
            let ended = Mutex(0)
            for _ in 0..<3 {
                PlatformThread.detach {
                    for _ in 0..<60 { _ = try? Nftables().run("list ruleset") }
                    ended.withLock { $0 += 1 }
                }
            }
            let nftables = try Nftables()
            let rules = (0..<20).map { _ in "add rule inet mt c iif lo oif lo accept" }.joined(separator: "\n")
            try nftables.run("add table inet mt; add chain inet mt c")
            while ended.withLock({ $0 }) < 3 { try nftables.run("flush chain inet mt c\n" + rules) }
            #expect(
                try nftables.run("list chain inet mt c").split(separator: "\n").count { $0.contains("accept") } == 20)
        }
    }

    /// libnftables waits with `select(2)`, which ends the process at descriptors past 1,023.
    @Test func runsFirewallCommandsInAProcessWithThousandsOfDescriptors() async throws {
        try await onHostOfItsOwn {
            var limit = rlimit()
            #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            try #require(limit.rlim_max >= 4096)
            try ProcessAttributes.setLimit(7, soft: max(UInt64(limit.rlim_cur), 4096), hard: UInt64(limit.rlim_max))
            let held = try (0..<1100).map { _ in FDBox(try FD.open(at: "/dev/null", .readOnly)) }
            #expect(try #require(held.last).fd.rawValue >= 1024)
            let nftables = try Nftables()
            try nftables.run("add table inet mt")
            #expect(try nftables.run("list tables") == "table inet mt\n")
        }
    }

    @Test func keepsAPortFromOtherPrograms() async throws {
        try await onHostOfItsOwn {
            try RouteConnection().perform(.setUp(.index(1)))
            for transport in [TransportProtocol.tcp, .udp] {
                let held = try HeldPort.take(.v4(.any), port: 8080, protocol: transport)
                #expect(refusal { _ = try HeldPort.take(.v4(.any), port: 8080, protocol: transport) } == EADDRINUSE)
                #expect(
                    refusal { _ = try HeldPort.take(.v4(.loopback), port: 8080, protocol: transport) } == EADDRINUSE)
                #expect(!canServe(port: 8080, transport))
                withExtendedLifetime(held) {}
            }
            #expect(canServe(port: 8080, .tcp))
            #expect(
                refusal { _ = try HeldPort.take(.v4(IPv4Address(203, 0, 113, 9)), port: 80, protocol: .tcp) }
                    == EADDRNOTAVAIL)
            let v6 = try HeldPort.take(.v6(IPv6Address(high: 0, low: 0)), port: 8080, protocol: .tcp)
            _ = try HeldPort.take(.v4(.any), port: 8080, protocol: .tcp)
            withExtendedLifetime(v6) {}
        }
    }

    private func refusal(_ body: () throws -> Void) -> Int32? {
        do { try body() } catch { return (error as? SystemError)?.errno }
        return nil
    }

    /// What a server does: SO_REUSEADDR, bind, listen.
    private func canServe(port: UInt16, _ transport: TransportProtocol) -> Bool {
        let isStream = transport == .tcp
        let fd = socket(AF_INET, Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue), 0)
        defer { close(fd) }
        var on: Int32 = 1
        if isStream { setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, 16) }
        }
        return bound == 0 && (!isStream || listen(fd, 1) == 0)
    }

    private func temporaryPath() -> String { "/tmp/netlink-test-\(getpid())-\(UInt32.random(in: 0 ..< .max))" }
}
