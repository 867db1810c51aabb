import ContainerNetwork
import Glibc
import LinuxSystem
import Netlink
import Primitives
import Testing

let isRoot = geteuid() == 0

/// A skip is not a pass: with REQUIRE_ALL=1 a missing privilege is a failure.
@Test func networkSuitesNeedRoot() {
    #expect(isRoot || getenv("REQUIRE_ALL") == nil, "the suites that make networks need root")
}

/// A host with a folder of its own; used inside `onHostOfItsOwn`.
final class TestHost: Sendable {
    let folder = "/tmp/network-test-\(getpid())-\(UInt32.random(in: 0 ..< .max))"
    let route: RouteConnection

    init() throws {
        try HostDirectory.make(folder)
        try HostFile.write(folder + "/resolv.conf", Array("nameserver 10.255.0.53\n".utf8))
        try HostFile.write(folder + "/hosts", Array("127.0.0.1 localhost thehost\n".utf8))
        route = try RouteConnection()
        try route.perform(.setUp(.index(1)))
    }

    func controller(_ change: (inout NetworkConfiguration) -> Void = { _ in }) throws -> NetworkController {
        var configuration = NetworkConfiguration(runDirectory: folder)
        configuration.bridge = "mtbr0"
        configuration.tableName = "mt_test"
        configuration.warmSandboxes = 0
        configuration.resolverFile = folder + "/resolv.conf"
        configuration.hostsFile = folder + "/hosts"
        change(&configuration)
        return try NetworkController(configuration: configuration)
    }

    /// `networks`: ids; nil is the default network.
    func request(
        _ mode: NetworkMode = .networks, networks: [String]? = nil, ports: [PortRequest] = []
    ) throws -> SandboxRequest {
        let id = ContainerID.random()
        let directory = folder + "/" + id.short
        try HostDirectory.make(directory)
        let endpoints = try (networks ?? [controller().defaultID]).map { EndpointRequest(network: $0) }
        return SandboxRequest(
            containerID: id, mode: mode, endpoints: mode == .networks ? endpoints : [], hostname: "web", ports: ports,
            directory: directory)
    }

    /// Another host, `outside`, at 203.0.113.2, on a wire to this one at 203.0.113.1. Its packets for other places come
    /// here.
    func wire() throws -> String {
        let path = folder + "/outside"
        let outside = try NetworkNamespace.create(at: path)
        try route.perform([.addVeth("mtwire", peer: "eth0", in: outside.namespace), .setUp(.name("mtwire"))])
        let here = try route.link(named: "mtwire").index
        try route.perform(.addAddress(.v4(IPv4Address(203, 0, 113, 1)), prefixLength: 24, to: here))
        let there = try outside.route.link(named: "eth0").index
        try outside.route.perform([
            .setUp(.index(1)), .setUp(.index(there)),
            .addAddress(.v4(IPv4Address(203, 0, 113, 2)), prefixLength: 24, to: there),
            .addDefaultRoute(gateway: .v4(IPv4Address(203, 0, 113, 1)), link: there),
        ])
        return path
    }

    func read(_ path: String) throws -> String { String(decoding: try HostFile.read(path), as: UTF8.self) }

    /// What is left of a network: links, namespaces, firewall tables.
    func leftovers() throws -> [String] {
        let links = try route.links().filter { $0.kind == "veth" || $0.kind == "bridge" }.map(\.name)
        let files = HostFile.exists(folder + "/netns") ? try HostDirectory.entries(folder + "/netns") : []
        let tables = try Nftables().run("list tables").split(separator: "\n").map(String.init)
        return links.filter { $0 != "mtwire" } + files + tables
    }

    func remove() {
        _ = try? NetworkNamespace.remove(at: folder + "/outside")
        for name in (try? HostDirectory.entries(folder + "/netns")) ?? [] {
            _ = try? NetworkNamespace.remove(at: folder + "/netns/" + name)
        }
        _ = try? HostDirectory.removeTree(folder)
    }
}

/// The first link's, where a test has but one.
extension SandboxSpec {
    var ipAddress: String? { endpoints.first?.ipAddress }
    var prefixLength: Int? { endpoints.first?.prefixLength }
    var gateway: String? { endpoints.first?.gateway }
    var macAddress: String? { endpoints.first?.macAddress }
    var interface: String? { endpoints.first?.interface }
    var hostInterface: String? { endpoints.first?.hostInterface }
    var networkID: String? { endpoints.first?.networkID }
    var endpointID: String { endpoints.first?.endpointID ?? "" }
}

/// Runs a test on a host of its own and removes what it left in the file system.
func onTestHost(_ body: @escaping @Sendable (TestHost) throws -> Void) async throws {
    try await onHostOfItsOwn {
        let host = try TestHost()
        defer { host.remove() }
        try body(host)
    }
}
