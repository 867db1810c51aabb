import APIModel
import Flags
import OrderedJSON
import Testing

@testable import DockerCLI

/// `EndpointsConfig`, `NetworkMode` and `Links` are those that docker 28.2.2 sends for the same words.
@Suite struct EndpointTests {
    private func request(_ words: [String]) throws -> JSONValue {
        let body = try CreateBody(FlagParser(ContainerFlags.all).parse(words + ["busybox"]))
        return try JSONValue(parsing: OrderedJSONEncoder().encode(body.request))
    }

    /// Mode and endpoints, these without what is empty.
    private func sent(_ words: String...) throws -> String {
        let request = try request(words)
        let endpoints = try #require(request["NetworkingConfig"]?["EndpointsConfig"]).sorted.withoutZeros
        return "\(request["HostConfig"]?["NetworkMode"]?.stringValue ?? "") \(endpoints.text())"
    }

    @Test func aPlainNetworkHasNoEntry() throws {
        #expect(try sent() == #"default {"default":{}}"#)
        for name in ["web", "bridge", "default", "host", "none", "container:x", "a b", "web,", "name==web", "=a"] {
            #expect(try sent("--network", name) == "\(name) {}")
        }
        #expect(try sent("--net", "web") == "web {}")
        #expect(try sent("--network", "name=web") == "web {}")
        #expect(try sent("--network", "web", "--ip", "") == "web {}")
        #expect(try sent("-n=false") == #"none {"none":{}}"#)
    }

    @Test func severalNetworksHaveOneEach() throws {
        #expect(try sent("--network", "web", "--net", "back") == #"web {"back":{},"web":{}}"#)
        #expect(try sent("--network", "host", "--network", "none") == #"host {"host":{},"none":{}}"#)
    }

    @Test func anEntryIsWhole() throws {
        let request = try request(["--network", "web", "--network-alias", "a"])
        #expect(
            request["NetworkingConfig"]?["EndpointsConfig"]?.sorted
                == (try JSONValue(
                    parsing: """
                        {"web":{"IPAMConfig":null,"Links":null,"Aliases":["a"],"MacAddress":"","DriverOpts":null,
                        "GwPriority":0,"NetworkID":"","EndpointID":"","Gateway":"","IPAddress":"","IPPrefixLen":0,
                        "IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"DNSNames":null}}
                        """
                )
                .sorted))
    }

    @Test func flagsAreTheFirstNetworks() throws {
        #expect(
            try sent(
                "--network", "web", "--network", "back", "--ip", "1.2.3.4", "--ip6", "fd00::1", "--link-local-ip",
                "169.254.1.1", "--link-local-ip", "fe80::1", "--mac-address", "02:42:ac:11:00:02", "--network-alias",
                "a", "--net-alias", "b,c", "--link", "db", "--link", "db:x")
                == #"web {"back":{},"web":{"Aliases":["a","b,c"],"IPAMConfig":{"IPv4Address":"1.2.3.4","#
                + #""IPv6Address":"fd00::1","LinkLocalIPs":["169.254.1.1","fe80::1"]},"Links":["db","db:x"],"#
                + #""MacAddress":"02:42:ac:11:00:02"}}"#)
        #expect(try sent("--ip", "1.2.3.4") == #"default {"default":{"IPAMConfig":{"IPv4Address":"1.2.3.4"}}}"#)
        #expect(
            try sent("--net", "bridge", "--mac-address", "02-42-AC-11-00-02")
                == #"bridge {"bridge":{"MacAddress":"02-42-AC-11-00-02"}}"#)
    }

    @Test func linksAreTheContainersAndOnOnesOwnNetworkTheEndpointsToo() throws {
        func links(_ words: String...) throws -> String? {
            try request(words + ["--link", "db:x"])["HostConfig"]?["Links"]?.text()
        }
        #expect(try links() == #"["db:x"]"#)
        #expect(try links("--net", "web") == #"["db:x"]"#)
        #expect(try sent("--link", "db:x") == #"default {"default":{}}"#)
        #expect(try sent("--link", "db:x", "--net", "bridge") == "bridge {}")
        #expect(try sent("--link", "db:x", "--net", "web") == #"web {"web":{"Links":["db:x"]}}"#)
        #expect(try request(["--mac-address", "02:42:ac:11:00:02"])["MacAddress"] == nil)
    }

    @Test func theLongFormSaysEverything() throws {
        #expect(
            try sent(
                "--network",
                "name=web,alias=a,alias=b,ip=1.2.3.4,ip6=fd00::1,mac-address=02:42:ac:11:00:02,driver-opt=k=v,"
                    + "driver-opt=l=m,gw-priority=-5,link-local-ip=169.254.0.1,link-local-ip=fe80::2")
                == #"web {"web":{"Aliases":["a","b"],"DriverOpts":{"k":"v","l":"m"},"GwPriority":-5,"IPAMConfig":"#
                + #"{"IPv4Address":"1.2.3.4","IPv6Address":"fd00::1","LinkLocalIPs":["169.254.0.1","fe80::2"]},"#
                + #""MacAddress":"02:42:ac:11:00:02"}}"#)
        #expect(
            try sent("--network", "name=web, Alias=a ,ip= 1.2.3.4")
                == #"web {"web":{"Aliases":["a"],"IPAMConfig":{"IPv4Address":"1.2.3.4"}}}"#)
        #expect(
            try sent("--network", #"name=web,"driver-opt=k=a=1,b=2""#) == #"web {"web":{"DriverOpts":{"k":"a=1,b=2"}}}"#
        )
        #expect(
            try sent("--network", "name=web", "--network", "name=back,alias=b", "--network-alias", "c")
                == #"web {"back":{"Aliases":["b"]},"web":{"Aliases":["c"]}}"#)
        #expect(
            try sent("--network", "name=web,alias=a", "--ip", "1.2.3.4")
                == #"web {"web":{"Aliases":["a"],"IPAMConfig":{"IPv4Address":"1.2.3.4"}}}"#)
        #expect(try sent("--network", "name=host,gw-priority=1") == #"host {"host":{"GwPriority":1}}"#)
    }

    @Test func valuesOfTheLongFormKeepTheirCapitals() throws {
        #expect(try sent("--network", "name=Web,Alias=A") == #"Web {"Web":{"Aliases":["A"]}}"#)
    }
}

extension JSONValue {
    fileprivate var withoutZeros: JSONValue {
        guard let object = objectValue else { return self }
        let entries = object.entries.map { ($0.key, $0.value.withoutZeros) }
        return .object(JSONObject(entries.filter { ![.null, "", 0, []].contains($0.1) }))
    }
}
