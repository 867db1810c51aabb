internal import APIModel
internal import Flags

extension CreateBody {
    mutating func setNetwork() throws {
        var networks: [NetworkWord] = []
        for word in flags.list("net") { networks.append(try NetworkWord(word)) }
        host.networkMode = networks.first?.name ?? (flags.bool("networking") ? "default" : "none")
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
        config.macAddress = flags.text("mac-address")
        try setEndpoints(networks)
    }

    /// `a.b.c` is host name `a` in domain `b.c`.
    private mutating func setHostName() {
        let parts = flags.text("hostname").split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        config.hostname = parts.first.map(String.init) ?? ""
        config.domainname = parts.count > 1 ? String(parts[1]) : ""
    }

    /// `--ip`, `--network-alias` and the like are the first network's, as is `--link` on one of one's own.
    private mutating func setEndpoints(_ words: [NetworkWord]) throws {
        var words = words.isEmpty ? [try NetworkWord(host.networkMode)] : words
        if words.count > 1, let other = words.first(where: { !$0.isUserDefined && $0.name != "bridge" }) {
            throw CommandFailure(
                "conflicting options: cannot attach both user-defined and non-user-defined network-modes (\(other.name))",
                exitCode: RunExitCode.daemon)
        }
        try setFirst(&words[0])
        var settings = NetworkingConfig()
        var endpoints: [String: EndpointSettings] = [:]
        for word in words {
            guard endpoints.updateValue(word.settings, forKey: word.name) == nil else {
                throw CommandFailure(
                    "network \"\(word.name)\" is specified multiple times", exitCode: RunExitCode.daemon)
            }
        }
        guard words.count > 1 || words[0].hasSettings || words[0].isUserDefined else { return }
        settings.endpointsConfig = endpoints
        networking = settings
    }

    private mutating func setFirst(_ word: inout NetworkWord) throws {
        let isPlain = !word.isUserDefined
        if isPlain { host.links = given("link") }
        let own = ["network-alias", "ip", "ip6", "link-local-ip"].filter { flags.isSet($0) }
        if word.hasSettings, let flag = own.first {
            throw CommandFailure(
                "conflicting options: cannot specify both --\(flag) and per-network \(flag)",
                exitCode: RunExitCode.daemon)
        }
        if !isPlain, flags.isSet("link") { word.settings.links = given("link") }
        if flags.isSet("mac-address"), word.settings.macAddress.isEmpty { word.settings.macAddress = config.macAddress }
        guard !own.isEmpty else { return }
        word.hasSettings = true
        word.settings.aliases = given("network-alias")
        var addresses = EndpointIPAMConfig()
        addresses.ipv4Address = flags.text("ip")
        addresses.ipv6Address = flags.text("ip6")
        addresses.linkLocalIPs = flags.list("link-local-ip")
        if addresses != EndpointIPAMConfig() { word.settings.ipamConfig = addresses }
    }
}
