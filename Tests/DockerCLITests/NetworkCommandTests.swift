import OrderedJSON
import Testing

@testable import DockerCLI

/// Requests are those that docker 28.2.2 sends for the same words.
@Suite struct NetworkCommandTests {
    private func sent(_ words: String..., to line: String) throws -> JSONValue {
        let engine = try FakeEngine(201, #"{"Id":"f00d","Warning":""}"#)
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["network"] + words)
        #expect(code == 0, "\(text)")
        #expect(requests.map(\.line) == [line])
        return try #require(requests.first?.body).sorted
    }

    private func refused(_ words: String...) throws -> String {
        let engine = try FakeEngine(500, "")
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["network"] + words)
        #expect(requests.isEmpty && code != 0)
        return text
    }

    private func creation(_ changes: String) throws -> JSONValue {
        var body = try JSONValue(
            parsing: """
                {"Name":"x","Driver":"bridge","Scope":"","IPAM":{"Driver":"default","Options":{},"Config":[]},
                "Internal":false,"Attachable":false,"Ingress":false,"ConfigOnly":false,"ConfigFrom":null,
                "Options":{},"Labels":{}}
                """)
        for (key, value) in try JSONValue(parsing: changes).objectValue?.entries ?? [] { body[key] = value }
        return body.sorted
    }

    @Test func createSendsDefaultsAndPrintsTheID() throws {
        #expect(try sent("create", "x", to: "POST /networks/create") == creation("{}"))
        let engine = try FakeEngine(201, #"{"Id":"f00d","Warning":"mind the gap"}"#)
        defer { engine.close() }
        #expect(try engine.docker(["network", "create", "x"]).text == "WARNING: mind the gap\nf00d\n")
    }

    @Test func createSendsEveryFlag() throws {
        let body = try sent(
            "create", "--attachable", "--config-only", "--config-from", "y", "--ingress", "--internal", "--ipv4=false",
            "--ipv6", "--scope", "global", "-d", "macvlan", "--ipam-driver", "null", "--ipam-opt", "a=b", "--label",
            "l", "--label", "m=n=o", "-o", "p=q", "-o", "r", "x", to: "POST /networks/create")
        #expect(
            body
                == (try creation(
                    """
                    {"Driver":"macvlan","Scope":"global","EnableIPv4":false,"EnableIPv6":true,
                    "IPAM":{"Driver":"null","Options":{"a":"b"},"Config":[]},"Internal":true,"Attachable":true,
                    "Ingress":true,"ConfigOnly":true,"ConfigFrom":{"Network":"y"},"Options":{"p":"q","r":""},
                    "Labels":{"l":"","m":"n=o"}}
                    """)))
        #expect(
            try sent("create", "--ipv6=false", "x", to: "POST /networks/create") == creation(#"{"EnableIPv6":false}"#))
    }

    @Test func addressesGoToTheirSubnets() throws {
        let body = try sent(
            "create", "--subnet", "10.0.0.0/16", "--ip-range", "10.0.1.0/24", "--gateway", "10.0.0.9", "--aux-address",
            "a=10.0.0.5", "--aux-address", "b=10.0.0.6", "--subnet", "fd00::/64", "--gateway", "fd00::0:1", "x",
            to: "POST /networks/create")
        #expect(
            body["IPAM"]?["Config"]?.text()
                == #"[{"AuxiliaryAddresses":{"a":"10.0.0.5","b":"10.0.0.6"},"Gateway":"10.0.0.9","#
                + #""IPRange":"10.0.1.0/24","Subnet":"10.0.0.0/16"},{"Gateway":"fd00::0:1","Subnet":"fd00::/64"}]"#)
        let listed = try sent(
            "create", "--subnet", "10.0.0.0/16,10.1.0.0/16", "--gateway", "10.0.0.1,10.1.0.1", "x",
            to: "POST /networks/create")
        #expect(
            listed["IPAM"]?["Config"]?.text()
                == #"[{"Gateway":"10.0.0.1","Subnet":"10.0.0.0/16"},{"Gateway":"10.1.0.1","Subnet":"10.1.0.0/16"}]"#)
    }

    /// The engine knows better what a subnet is, and where a range ends.
    @Test(arguments: [["--subnet", "nonsense"], ["--subnet", "10.0.0.0/16", "--ip-range", "10.0.0.0/12"]])
    func someNonsenseIsForTheEngine(_ flags: [String]) throws {
        let engine = try FakeEngine(400, #"{"message":"invalid subnet"}"#)
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["network", "create"] + flags + ["x"])
        #expect(requests.count == 1 && code == 1 && text == "Error response from daemon: invalid subnet\n")
    }

    @Test(arguments: [
        ("--ip-range 10.0.0.0/24", "every ip-range or gateway must have a corresponding subnet"),
        ("--gateway 10.0.0.1", "every ip-range or gateway must have a corresponding subnet"),
        ("--subnet 10.0.0.0/8 --subnet 10.1.0.0/16", "multiple overlapping subnet configuration is not supported"),
        ("--subnet 10.1.0.0/16 --subnet 10.0.0.0/8", "multiple overlapping subnet configuration is not supported"),
        ("--subnet 10.0.0.0/16 --ip-range 10.1.0.0/24", "no matching subnet for range 10.1.0.0/24"),
        ("--subnet 10.0.0.0/16 --ip-range 10.0.0.0", "invalid CIDR address: 10.0.0.0"),
        ("--subnet 10.0.0.0/16 --gateway 10.1.0.1", "no matching subnet for gateway 10.1.0.1"),
        ("--subnet 10.0.0.0/16 --gateway zz", "no matching subnet for gateway zz"),
        ("--subnet 10.0.0.0/16 --aux-address a=10.1.0.1", "no matching subnet for aux-address 10.1.0.1"),
        ("--subnet 10.0.0.0/16 --aux-address a", "no matching subnet for aux-address "),
        (
            "--subnet 10.0.0.0/16 --subnet 10.1.0.0/16 --ip-range 10.0.1.0/24 --ip-range 10.0.2.0/24",
            "cannot configure multiple ranges (10.0.2.0/24, 10.0.1.0/24) on the same subnet (10.0.0.0/16)"
        ),
        (
            "--subnet 10.0.0.0/16 --subnet 10.1.0.0/16 --gateway 10.0.1.0 --gateway 10.0.1.1",
            "cannot configure multiple gateways (10.0.1.1, 10.0.1.0) for the same subnet (10.0.0.0/16)"
        ),
        ("--subnet nonsense --gateway 1.2.3.4", "invalid subnet: invalid CIDR address: nonsense"),
        ("--label =x", "invalid argument \"=x\" for \"--label\" flag: invalid label '=x': empty name"),
    ])
    func addressesWithoutAPlaceAreTold(_ flags: String, _ message: String) throws {
        let words = ["network", "create"] + flags.split(separator: " ").map(String.init) + ["x"]
        let engine = try FakeEngine(500, "")
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(words)
        #expect(requests.isEmpty && code != 0 && text == message + "\n")
    }

    @Test func connectSendsAnEndpoint() throws {
        func endpoint(_ changes: String) throws -> JSONValue {
            var settings = try JSONValue(
                parsing: """
                    {"IPAMConfig":{},"Links":null,"Aliases":[],"MacAddress":"","DriverOpts":{},"GwPriority":0,
                    "NetworkID":"","EndpointID":"","Gateway":"","IPAddress":"","IPPrefixLen":0,"IPv6Gateway":"",
                    "GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"DNSNames":null}
                    """)
            for (key, value) in try JSONValue(parsing: changes).objectValue?.entries ?? [] { settings[key] = value }
            return (["Container": "db", "EndpointConfig": settings] as JSONValue).sorted
        }
        #expect(try sent("connect", "web", "db", to: "POST /networks/web/connect") == endpoint("{}"))
        #expect(
            try sent(
                "connect", "--alias", "a,b", "--alias", "c", "--driver-opt", " k = v ", "--gw-priority", "-3", "--ip",
                "1.2.3.4", "--ip6", "fd00::0001", "--link", "x:y", "--link", "z", "--link-local-ip",
                "169.254.1.1,fe80::1", "web", "db", to: "POST /networks/web/connect")
                == endpoint(
                    """
                    {"IPAMConfig":{"IPv4Address":"1.2.3.4","IPv6Address":"fd00::0001",
                    "LinkLocalIPs":["169.254.1.1","fe80::1"]},"Links":["x:y","z"],"Aliases":["a","b","c"],
                    "DriverOpts":{"k":"v"},"GwPriority":-3}
                    """))
        #expect(
            try refused("connect", "--driver-opt", "kv", "web", "db")
                == "invalid key/value pair format in driver options\n")
        #expect(
            try refused("connect", "--link", "a:b:c", "web", "db")
                == "invalid argument \"a:b:c\" for \"--link\" flag: bad format for links: a:b:c\n")
    }

    @Test func disconnectMayForce() throws {
        #expect(
            try sent("disconnect", "web", "db", to: "POST /networks/web/disconnect")
                == ["Container": "db", "Force": false])
        #expect(
            try sent("disconnect", "-f", "web", "db", to: "POST /networks/web/disconnect")
                == ["Container": "db", "Force": true])
    }
}
