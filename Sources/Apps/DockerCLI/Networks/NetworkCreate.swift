internal import APIModel
internal import EngineClient
internal import Flags

extension Command {
    static let networkCreate = Command(
        "network create", "NETWORK", about: "Create a network", count: 1...1,
        flags: [
            Flag("attachable", help: "Enable manual container attachment"),
            Flag("aux-address", kind: .list, help: "Auxiliary IPv4 or IPv6 addresses used by Network driver"),
            Flag("config-from", kind: .text, help: "The network from which to copy the configuration"),
            Flag("config-only", help: "Create a configuration only network"),
            Flag("d", "driver", kind: .text, default: "bridge", help: "Driver to manage the Network"),
            Flag("gateway", kind: .list, help: "IPv4 or IPv6 Gateway for the master subnet"),
            Flag("ingress", help: "Create swarm routing-mesh network"),
            Flag("internal", help: "Restrict external access to the network"),
            Flag("ip-range", kind: .list, help: "Allocate container ip from a sub-range"),
            Flag("ipam-driver", kind: .text, default: "default", help: "IP Address Management Driver"),
            Flag("ipam-opt", kind: .list, help: "Set IPAM driver specific options"),
            Flag("ipv4", default: "true", help: "Enable or disable IPv4 address assignment"),
            Flag("ipv6", help: "Enable or disable IPv6 address assignment"),
            Flag("label", kind: .list, help: "Set metadata on a network"),
            Flag("o", "opt", kind: .list, help: "Set driver specific options"),
            Flag("scope", kind: .text, help: "Control the network's scope"),
            Flag("subnet", kind: .list, help: "Subnet in CIDR format that represents a network segment"),
        ]
    ) { invocation in
        let created = try invocation.client.decode(
            NetworkCreated.self, "POST", "/networks/create",
            body: try NetworkCreateBody.request(invocation.subject, invocation.flags))
        if !created.warning.isEmpty { invocation.console.complain("WARNING: \(created.warning)") }
        invocation.console.print(created.id)
        return 0
    }
}

/// From the name and the flags of `network create` to its request.
enum NetworkCreateBody {
    static func request(_ name: String, _ flags: FlagValues) throws -> NetworkCreateRequest {
        var request = NetworkCreateRequest()
        request.name = name
        request.driver = flags.text("driver")
        request.scope = flags.text("scope")
        if flags.isSet("ipv4") { request.enableIPv4 = flags.bool("ipv4") }
        if flags.isSet("ipv6") { request.enableIPv6 = flags.bool("ipv6") }
        request.isInternal = flags.bool("internal")
        request.attachable = flags.bool("attachable")
        request.ingress = flags.bool("ingress")
        request.configOnly = flags.bool("config-only")
        request.configFrom = reference(flags.text("config-from"))
        request.ipam = try ipam(flags)
        request.options = KeyValue.plain(flags.list("opt"))
        request.labels = try KeyValue.labels(flags.list("label"))
        return request
    }

    private static func reference(_ name: String) -> NetworkReference? {
        guard !name.isEmpty else { return nil }
        var reference = NetworkReference()
        reference.network = name
        return reference
    }

    private static func ipam(_ flags: FlagValues) throws -> IPAMSettings {
        var ipam = IPAMSettings()
        ipam.driver = flags.text("ipam-driver")
        ipam.options = KeyValue.plain(flags.list("ipam-opt"))
        ipam.config = try IPAMFlags(flags).pools()
        return ipam
    }
}
