internal import APIModel
internal import Flags

extension CreateBody {
    mutating func setNetwork() throws {
        let networks = flags.list("net")
        guard networks.count <= 1 else { throw CommandFailure("several networks are not supported yet") }
        host.networkMode = networks.first ?? (flags.bool("networking") ? "default" : "none")
        let isShared = host.networkMode == "host" || host.networkMode.hasPrefix("container:")
        if isShared && flags.isSet("hostname") {
            throw CommandFailure("Conflicting options: -h and the network mode (--net)", exitCode: RunExitCode.daemon)
        }
        setHostName()
        host.dns = given("dns")
        host.dnsSearch = given("dns-search")
        host.dnsOptions = given("dns-option")
        host.extraHosts = given("add-host")
        for entry in flags.list("add-host") where !entry.contains(":") && !entry.contains("=") {
            throw CommandFailure("bad format for add-host: \(entry)")
        }
        host.links = given("link")
        config.macAddress = flags.text("mac-address")
        setEndpoint()
    }

    /// `a.b.c` is host name `a` in domain `b.c`.
    private mutating func setHostName() {
        let parts = flags.text("hostname").split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        config.hostname = parts.first.map(String.init) ?? ""
        config.domainname = parts.count > 1 ? String(parts[1]) : ""
    }

    private mutating func setEndpoint() {
        guard flags.isSet("ip") || flags.isSet("ip6") || flags.isSet("network-alias") else { return }
        var endpoint = EndpointSettings()
        endpoint.aliases = given("network-alias")
        if flags.isSet("ip") || flags.isSet("ip6") {
            var address = EndpointIPAMConfig()
            address.ipv4Address = flags.text("ip")
            address.ipv6Address = flags.text("ip6")
            endpoint.ipamConfig = address
        }
        var settings = NetworkingConfig()
        settings.endpointsConfig = [host.networkMode: endpoint]
        networking = settings
    }
}
