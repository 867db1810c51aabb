import APIModel
import OrderedJSON
import Testing

@testable import DockerCLI

@Suite struct ContainerScreenTests {
    private func container(_ names: [String]) -> ContainerSummary {
        var container = ContainerSummary(id: "c0ffee")
        container.names = names
        container.networkSettings.networks = ["web": EndpointSettings(), "back": EndpointSettings()]
        return container
    }

    @Test func linksNamesAreOnlyShownWhole() {
        func shown(_ names: String..., isWhole: Bool) -> String? {
            ContainerRow(container(names), isWhole: isWhole).value["Names"]?.stringValue
        }
        #expect(shown("/web/db", "/db", isWhole: false) == "db")
        #expect(shown("/db", "/web/db", "/app/store", isWhole: true) == "db,web/db,app/store")
        #expect(shown("/web/db", "/app/store", isWhole: false) == "web/db,app/store")
    }

    @Test func networksAreATemplatesKey() {
        #expect(ContainerRow(container(["/db"]), isWhole: false).value["Networks"]?.stringValue == "back,web")
    }

    @Test func networksAreAFilter() throws {
        let engine = try FakeEngine(200, "[]")
        defer { engine.close() }
        #expect(
            try engine.docker(["ps", "-f", "network=web"]).requests.map(\.line) == [
                "GET /containers/json?filters=%7B%22network%22:%7B%22web%22:true%7D%7D"
            ])
    }

    /// As docker 28.2.2 shows the same ports.
    @Test func portsOfBothFamiliesAreMerged() {
        func port(_ ip: String?, _ own: UInt16, _ published: UInt16? = nil, _ type: String = "tcp") -> PortSummary {
            PortSummary(ip: ip, privatePort: own, publicPort: published, type: type)
        }
        let ports = [
            port("0.0.0.0", 80, 80), port("::", 80, 80), port("0.0.0.0", 81, 81), port("::", 81, 81), port(nil, 443),
            port("0.0.0.0", 90, 8090), port("0.0.0.0", 91, 8091), port("::", 90, 8090), port(nil, 53, nil, "udp"),
            port("0.0.0.0", 54, 54, "udp"), port("2001:db8::1", 70, 70, "sctp"),
        ]
        #expect(
            PortColumn.text(ports)
                == "53/udp, 0.0.0.0:54->54/udp, [2001:db8::1]:70->70/sctp, 0.0.0.0:80-81->80-81/tcp, "
                + "[::]:80-81->80-81/tcp, 443/tcp, 0.0.0.0:8090->90/tcp, [::]:8090->90/tcp, 0.0.0.0:8091->91/tcp")
    }

    @Test func portPrintsIPv6InBrackets() throws {
        let engine = try FakeEngine(
            200,
            """
            {"NetworkSettings":{"Ports":{"100/tcp":[{"HostIp":"0.0.0.0","HostPort":"9000"}],"443/tcp":null,
            "80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}],
            "53/udp":[{"HostIp":"2001:db8::1","HostPort":"5353"}]}}}
            """)
        defer { engine.close() }
        #expect(
            try engine.docker(["port", "db"]).text == """
                53/udp -> [2001:db8::1]:5353
                80/tcp -> 0.0.0.0:8080
                80/tcp -> [::]:8080
                100/tcp -> 0.0.0.0:9000

                """)
        #expect(try engine.docker(["port", "db", "80"]).text == "0.0.0.0:8080\n[::]:8080\n")
        let (_, text, code) = try engine.docker(["port", "db", "443"])
        #expect(text == "Error: No public port '443/tcp' published for db\n" && code == 1)
    }

    @Test func linksAreRemovedByTheirNames() throws {
        let engine = try FakeEngine(204, "")
        defer { engine.close() }
        for name in ["web/db", "/web/db"] {
            let (requests, text, _) = try engine.docker(["rm", "--link", name])
            #expect(requests.map(\.line) == ["DELETE /containers/web/db?link=1"])
            #expect(text == name + "\n")
        }
        let (requests, text, code) = try engine.docker(["rm", "/"])
        #expect(requests.isEmpty && code == 1)
        #expect(text == "Container name cannot be empty\nError: failed to remove one or more containers\n")
    }

    /// A network's line is docker 28.2.2's, a container's 1.6's.
    @Test func eventsHaveTheirTypesLines() throws {
        func line(_ event: String) throws -> String {
            String(try EventLine.text(JSONValue(parsing: event)).drop { $0 != " " }.dropFirst())
        }
        #expect(
            try line(
                #"{"Type":"network","Action":"connect","Actor":{"ID":"beef","Attributes":{"name":"web","#
                    + #""container":"c0ffee","type":"bridge"}},"scope":"local","time":1,"timeNano":1000000000}"#)
                == "network connect beef (container=c0ffee, name=web, type=bridge)")
        #expect(try line(#"{"Type":"daemon","Action":"reload","Actor":{"ID":"x"},"timeNano":1}"#) == "daemon reload x")
        #expect(
            try line(
                #"{"status":"start","id":"c0ffee","from":"busybox","Type":"container","Action":"start","#
                    + #""Actor":{"ID":"c0ffee","Attributes":{"image":"busybox"}},"timeNano":1}"#)
                == "c0ffee: (from busybox) start")
        #expect(try line(#"{"status":"pull","id":"busybox","time":1,"timeNano":1}"#) == "busybox: pull")
    }
}
