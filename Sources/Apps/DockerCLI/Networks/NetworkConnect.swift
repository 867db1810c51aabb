internal import Primitives
internal import APIModel
internal import EngineClient
internal import Flags

extension Command {
    static let networkConnect = Command(
        "network connect", "NETWORK CONTAINER", about: "Connect a container to a network", count: 2...2,
        flags: [
            Flag("alias", kind: .list, help: "Add network-scoped alias for the container"),
            Flag("driver-opt", kind: .list, help: "driver options for the network"),
            Flag(
                "gw-priority", kind: .integer, default: "0",
                help: "Highest gw-priority provides the default gateway. Accepts positive\nand negative values."),
            Flag("ip", kind: .text, help: "IPv4 address (e.g., \"172.30.100.104\")"),
            Flag("ip6", kind: .text, help: "IPv6 address (e.g., \"2001:db8::33\")"),
            Flag("link", kind: .list, help: "Add link to another container"),
            Flag("link-local-ip", kind: .list, help: "Add a link-local address for the container"),
        ]
    ) { invocation in
        let request = NetworkConnectRequest(
            container: invocation.argument(1), endpointConfig: try endpoint(invocation.flags))
        try invocation.client.call(
            "POST", "/networks/\(EngineClient.escape(invocation.subject))/connect", encoding: request)
        return 0
    }

    private static func endpoint(_ flags: FlagValues) throws -> EndpointSettings {
        var addresses = EndpointIPAMConfig()
        addresses.ipv4Address = flags.text("ip")
        addresses.ipv6Address = flags.text("ip6")
        addresses.linkLocalIPs = try CommaFields.all(flags, "link-local-ip")
        var settings = EndpointSettings()
        settings.ipamConfig = addresses
        settings.links = flags.isSet("link") ? try LinkForm.checked(flags.list("link")) : nil
        settings.aliases = try CommaFields.all(flags, "alias")
        settings.driverOpts = try driverOptions(CommaFields.all(flags, "driver-opt"))
        settings.gwPriority = flags.integer("gw-priority")
        return settings
    }

    private static func driverOptions(_ words: [String]) throws -> [String: String] {
        try words.reduce(into: [:]) { options, word in
            guard let (key, value) = KeyValue.trimmed(word) else {
                throw CommandFailure("invalid key/value pair format in driver options")
            }
            options[key] = value
        }
    }
}
