internal import APIModel
internal import EngineClient
internal import Flags

extension Command {
    static let networkConnect = Command(
        "network connect", "NETWORK CONTAINER", about: "Connect a container to a network", count: 2...2,
        flags: [
            Flag("alias", kind: .list, help: "Add network-scoped alias for the container"),
            Flag("driver-opt", kind: .list, help: "Driver options for the network"),
            Flag("gw-priority", kind: .text, default: "0", help: "Highest gw-priority provides the default gateway"),
            Flag("ip", kind: .text, help: "IPv4 address (e.g., \"172.30.100.104\")"),
            Flag("ip6", kind: .text, help: "IPv6 address (e.g., \"2001:db8::33\")"),
            Flag("link", kind: .list, help: "Add link to another container"),
            Flag("link-local-ip", kind: .list, help: "Add a link-local address for the container"),
        ]
    ) { invocation in
        let flags = invocation.flags
        var settings = EndpointSettings()
        settings.aliases = flags.isSet("alias") ? flags.list("alias") : nil
        settings.links = flags.isSet("link") ? flags.list("link") : nil
        settings.driverOpts =
            flags.isSet("driver-opt") ? try KeyValue.map(flags.list("driver-opt"), of: "driver-opt") : nil
        guard let priority = Int(flags.text("gw-priority")) else {
            throw CommandFailure("invalid argument \"\(flags.text("gw-priority"))\" for \"--gw-priority\" flag")
        }
        settings.gwPriority = priority
        var addresses = EndpointIPAMConfig()
        addresses.ipv4Address = flags.text("ip")
        addresses.ipv6Address = flags.text("ip6")
        addresses.linkLocalIPs = flags.list("link-local-ip")
        settings.ipamConfig = addresses
        try invocation.client.call(
            "POST", "/networks/\(EngineClient.escape(invocation.subject))/connect",
            encoding: NetworkConnectRequest(container: invocation.argument(1), endpointConfig: settings))
        return 0
    }

    static let networkDisconnect = Command(
        "network disconnect", "NETWORK CONTAINER", about: "Disconnect a container from a network", count: 2...2,
        flags: [Flag("f", "force", help: "Force the container to disconnect from a network")]
    ) { invocation in
        let request = NetworkDisconnectRequest(
            container: invocation.argument(1), force: invocation.flags.bool("force"))
        try invocation.client.call(
            "POST", "/networks/\(EngineClient.escape(invocation.subject))/disconnect", encoding: request)
        return 0
    }
}
