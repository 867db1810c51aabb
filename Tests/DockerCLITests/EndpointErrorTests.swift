import Flags
import Testing

@testable import DockerCLI

/// Messages are docker 28.2.2's, those of conflicts with other modes 1.7's.
@Suite struct EndpointErrorTests {
    struct Case: CustomTestStringConvertible {
        var words: [String]
        var message: String

        init(_ words: String..., message: String) { (self.words, self.message) = (words, message) }

        /// Of a value of `--network`.
        init(_ network: String, _ reason: String) {
            words = ["--network", network]
            message = "invalid argument \"\(network.replacing("\"", with: "\\\""))\" for \"--network\" flag: \(reason)"
        }

        var testDescription: String { words.joined(separator: " ") }
    }

    private func expectRefusal(_ refused: Case) {
        #expect {
            try CreateBody(FlagParser(ContainerFlags.all).parse(refused.words + ["busybox"]))
        } throws: { error in
            let failure = error as? CommandFailure
            return failure?.message == refused.message && failure?.exitCode == 125
        }
    }

    @Test(arguments: [
        Case("alias=a", "network name/id is not specified"),
        Case("name=,alias=a", "network name/id is not specified"),
        Case("a=b", "invalid field key a"),
        Case("name=web,foo=bar", "invalid field key foo"),
        Case("name=web,alias", "invalid field alias"),
        Case("name=web,=x", "invalid field =x"),
        Case("name=web,driver-opt=kv", "invalid key value pair format in driver options"),
        Case("name=web,driver-opt==v", "invalid key value pair format in driver options"),
        Case("name=web,gw-priority=x", "invalid gw-priority (x): invalid syntax"),
        Case("name=web,gw-priority=", "invalid gw-priority (): invalid syntax"),
        Case(
            "name=web,gw-priority=99999999999999999999",
            "invalid gw-priority (99999999999999999999): value out of range"),
        Case("name=web,\"alias=a", "parse error on line 1, column 18: extraneous or missing \" in quoted-field"),
        Case("name=web,\"alias=a\"b", "parse error on line 1, column 18: extraneous or missing \" in quoted-field"),
        Case("name=web,al\"ias=a", "parse error on line 1, column 12: bare \" in non-quoted-field"),
    ])
    func wordsThatAreNoNetworks(_ refused: Case) { expectRefusal(refused) }

    @Test(arguments: [
        Case(
            "--network", "name=web,alias=a", "--network-alias", "b",
            message: "conflicting options: cannot specify both --network-alias and per-network alias"),
        Case(
            "--network", "name=web,ip=1.2.3.4", "--ip", "1.2.3.5",
            message: "conflicting options: cannot specify both --ip and per-network IPv4 address"),
        Case(
            "--network", "name=web,ip6=fd00::1", "--ip6", "fd00::2",
            message: "conflicting options: cannot specify both --ip6 and per-network IPv6 address"),
        Case(
            "--network", "name=web,mac-address=02:42:ac:11:00:02", "--mac-address", "02:42:ac:11:00:03",
            message: "conflicting options: cannot specify both --mac-address and per-network MAC address"),
        Case(
            "--network", "name=web,link-local-ip=169.254.0.1", "--link-local-ip", "169.254.0.2",
            message: "conflicting options: cannot specify both --link-local-ip and per-network link-local IP addresses"
        ),
        Case(
            "--network", "web", "--network", "bridge",
            message: "conflicting options: cannot attach both user-defined and non-user-defined network-modes"),
        Case(
            "--network", "container:x", "--network", "web",
            message: "conflicting options: cannot attach both user-defined and non-user-defined network-modes"),
        Case("--network", "web", "--network", "web", message: "network \"web\" is specified multiple times"),
        Case("--network", "", message: "no name set for network"),
        Case(
            "--network-alias", "a", message: "network-scoped aliases are only supported for user-defined networks"),
        Case(
            "--network", "name=bridge,alias=a",
            message: "network-scoped aliases are only supported for user-defined networks"),
        Case(
            "--net", "host", "--net-alias", "a",
            message: "network-scoped aliases are only supported for user-defined networks"),
    ])
    func optionsThatExcludeEachOther(_ refused: Case) { expectRefusal(refused) }

    @Test(arguments: [
        Case(
            "--net", "host", "--link", "db",
            message: "Conflicting options: --net=host can't be used with links. This would result in undefined behavior"
        ),
        Case(
            "--net", "container:x", "--link", "db",
            message:
                "Conflicting options: --net=container can't be used with links. This would result in undefined behavior"
        ),
        Case("--net", "host", "-h", "x", message: "Conflicting options: -h and the network mode (--net)"),
        Case("--net", "container:x", "-h", "x", message: "Conflicting options: -h and the network mode (--net)"),
        Case(
            "--net", "container:x", "--dns", "1.1.1.1",
            message: "Conflicting options: --dns and the network mode (--net)"),
        Case(
            "--net", "container:x", "--add-host", "a:1.1.1.1",
            message: "Conflicting options: --add-host and the network mode (--net)"),
        Case(
            "--net", "container:x", "--mac-address", "02:42:ac:11:00:02",
            message: "Conflicting options: --mac-address and the network mode (--net)"),
    ])
    func networksOfOthers(_ refused: Case) { expectRefusal(refused) }

    @Test(arguments: [
        Case(
            "--link", "db:x:y", message: "invalid argument \"db:x:y\" for \"--link\" flag: bad format for links: db:x:y"
        ),
        Case("--link", "", message: "invalid argument \"\" for \"--link\" flag: empty string specified for links"),
    ])
    func linksHaveAtMostTwoParts(_ refused: Case) { expectRefusal(refused) }

    @Test(arguments: [
        "zz", "02:42:ac:11:00", "02:42-ac:11:00:02", "2:42:ac:11:00:02", "0242.ac11.00", "02:42:ac:11:00:0g",
    ])
    func hardwareAddressesAreChecked(_ address: String) {
        expectRefusal(Case("--mac-address", address, message: "\(address) is not a valid mac address"))
        expectRefusal(
            Case("--network", "name=web,mac-address=\(address)", message: "\(address) is not a valid mac address"))
    }

    @Test(arguments: ["02:42:ac:11:00:02", "02-42-AC-11-00-02", "0242.ac11.0002", "02:42:ac:11:00:02:00:01"])
    func hardwareAddressesHaveSeveralForms(_ address: String) throws { try HardwareAddressForm.check(address) }
}
