import LinuxSystem
import Primitives
import Testing

@testable import ContainerNetwork

@Suite struct NameFileTests {
    /// Docker 1.6.2 `pkg/etchosts`.
    static let fixed = """
        127.0.0.1\tlocalhost
        ::1\tlocalhost ip6-localhost ip6-loopback
        fe00::0\tip6-localnet
        ff00::0\tip6-mcastprefix
        ff02::1\tip6-allnodes
        ff02::2\tip6-allrouters

        """

    @Test func writesTheContainersOwnNameFirst() throws {
        var record = try Self.record(
            domainname: "example.org", extraHosts: ["db:10.0.0.9", "six:fe80::1"],
            links: [LinkRequest(names: ["cache", "4f5e", "redis"], ipv4Address: "172.17.0.9")])
        let extra = "172.17.0.9\tcache 4f5e redis\n10.0.0.9\tdb\nfe80::1\tsix\n"
        #expect(
            HostsFile.text(record, addresses: ["172.17.0.2", "fd00::2"])
                == "172.17.0.2\tweb.example.org web\nfd00::2\tweb.example.org web\n" + Self.fixed + extra)
        #expect(HostsFile.text(copyOf: "1.2.3.4 a", record) == "1.2.3.4 a\n10.0.0.9\tdb\nfe80::1\tsix\n")
        record = try Self.record()
        #expect(HostsFile.text(record, addresses: ["172.17.0.2"]) == "172.17.0.2\tweb\n" + Self.fixed)
        #expect(HostsFile.text(record, addresses: []) == Self.fixed)
    }

    private static func record(
        domainname: String = "", extraHosts: [String] = [], links: [LinkRequest] = []
    ) throws -> NameEntries {
        let request = SandboxRequest(
            containerID: .random(), mode: .networks, hostname: "web", domainname: domainname, links: links,
            extraHosts: extraHosts, directory: "/nowhere")
        return try NameEntries(request, gateway: "")
    }

    @Test(arguments: [
        ("db", "bad format for add-host: db"), (":1.2.3.4", "bad format for add-host: :1.2.3.4"),
        ("a b:1.2.3.4", "bad format for add-host: a b:1.2.3.4"), ("db:", "invalid IP address in add-host: "),
        ("db:x", "invalid IP address in add-host: x"),
        ("db:host-gateway", "invalid IP address in add-host: host-gateway"),
    ])
    func refusesBadExtraHosts(text: String, message: String) {
        let error = #expect(throws: EngineError.self) { try ExtraHost(parsing: text, gateway: "") }
        #expect(error?.message == message)
        #expect((try? ExtraHost(parsing: "h:host-gateway", gateway: "172.17.0.1"))?.address == "172.17.0.1")
    }

    private static let host = """
        # made by hand
        search lan example.org
        nameserver 127.0.0.53
        nameserver 10.0.0.53
        nameserver fe80::53%eth0
        nameserver ::1
        options ndots:2

        """

    private func text(
        _ host: String, _ container: ResolverFile.Choices = .init(), _ daemon: ResolverFile.Choices = .init()
    )
        -> String
    {
        ResolverFile.text(host: host, container: container, daemon: daemon)
    }

    @Test func copiesTheHostsResolverWithoutServersOutOfReach() {
        #expect(
            text(Self.host)
                == "# made by hand\nsearch lan example.org\nnameserver 10.0.0.53\noptions ndots:2\n")
        #expect(
            ResolverFile.text(host: Self.host, container: .init(), daemon: .init(), withIPv6: true)
                == "# made by hand\nsearch lan example.org\nnameserver 10.0.0.53\nnameserver fe80::53%eth0\noptions ndots:2\n"
        )
    }

    @Test func fallsBackToPublicServers() {
        #expect(text("nameserver 127.0.0.1\n") == "nameserver 8.8.8.8\nnameserver 8.8.4.4\n")
        #expect(text("") == "nameserver 8.8.8.8\nnameserver 8.8.4.4\n")
        #expect(text("search lan") == "search lan\nnameserver 8.8.8.8\nnameserver 8.8.4.4\n")
    }

    @Test func prefersTheContainersChoiceToTheDaemonsToTheHosts() {
        let daemon = ResolverFile.Choices(dns: ["9.9.9.9"], search: ["corp"])
        #expect(text(Self.host, .init(dns: ["1.1.1.1"])) == "nameserver 1.1.1.1\nsearch lan example.org\n")
        #expect(text(Self.host, .init(), daemon) == "nameserver 9.9.9.9\nsearch corp\n")
        #expect(text(Self.host, .init(search: ["x"]), daemon) == "nameserver 9.9.9.9\nsearch x\n")
        #expect(text(Self.host, .init(search: ["."])) == "nameserver 10.0.0.53\n")
        #expect(
            text(Self.host, .init(options: ["use-vc"]))
                == "nameserver 10.0.0.53\nsearch lan example.org\noptions use-vc\n")
    }

    @Test func refusesServersThatAreNoAddresses() {
        let error = #expect(throws: EngineError.self) { try ResolverFile.Choices(dns: ["dns.lan"]).validate() }
        #expect(error?.message == "dns.lan is not an ip address")
        #expect(throws: EngineError.self) { try ResolverFile.Choices(search: ["a\nnameserver 1.2.3.4"]).validate() }
    }

    @Test func keepsAResolverFileThatWasEdited() throws {
        let folder = "/tmp/name-files-\(UInt32.random(in: 0 ..< .max))"
        try HostDirectory.make(folder)
        defer { _ = try? HostDirectory.removeTree(folder) }
        let files = NameFiles(folder: folder)
        func current() throws -> String { String(decoding: try HostFile.read(files.resolver), as: UTF8.self) }
        try files.write(resolver: "nameserver 1.1.1.1\n")
        let inode = try HostFile.status(files.resolver).inode
        try files.write(resolver: "nameserver 2.2.2.2\n")
        #expect(try current() == "nameserver 2.2.2.2\n")
        #expect(try HostFile.status(files.resolver).inode == inode)
        try HostFile.write(files.resolver, Array("nameserver 3.3.3.3\n".utf8))
        try files.write(resolver: "nameserver 4.4.4.4\n")
        #expect(try current() == "nameserver 3.3.3.3\n")
        try files.write(hostname: "web", domainname: "example.org")
        #expect(try HostFile.read(files.hostname) == Array("web.example.org\n".utf8))
    }
}
