internal import APIModel
internal import Flags

/// `--network-alias`, `--ip`, `--link` and the like: they are the first network's.
struct EndpointFlags {
    private let aliases: [String]
    private let links: [String]
    private let ip: String
    private let ip6: String
    private let linkLocalIPs: [String]
    private let macAddress: String

    /// Errors: links and hardware addresses that are none.
    init(_ flags: FlagValues) throws {
        aliases = flags.list("network-alias") + flags.list("net-alias")
        links = try LinkForm.checked(flags.list("link"))
        ip = flags.text("ip")
        ip6 = flags.text("ip6")
        linkLocalIPs = flags.list("link-local-ip")
        macAddress = flags.text("mac-address")
    }

    /// Errors: what the word says too.
    func add(to word: inout NetworkWord) throws {
        try exclude(!aliases.isEmpty, word.settings.aliases != nil, "--network-alias and per-network alias")
        try exclude(!ip.isEmpty, !word.addresses.ipv4Address.isEmpty, "--ip and per-network IPv4 address")
        try exclude(!ip6.isEmpty, !word.addresses.ipv6Address.isEmpty, "--ip6 and per-network IPv6 address")
        try exclude(!macAddress.isEmpty, !word.settings.macAddress.isEmpty, "--mac-address and per-network MAC address")
        try exclude(
            !linkLocalIPs.isEmpty, !word.addresses.linkLocalIPs.isEmpty,
            "--link-local-ip and per-network link-local IP addresses")
        if !aliases.isEmpty { word.settings.aliases = aliases }
        // On the default network a link is the container's.
        if !links.isEmpty, word.isUserDefined { word.settings.links = links }
        if !ip.isEmpty { word.addresses.ipv4Address = ip }
        if !ip6.isEmpty { word.addresses.ipv6Address = ip6 }
        if !linkLocalIPs.isEmpty { word.addresses.linkLocalIPs = linkLocalIPs }
        if !macAddress.isEmpty { word.settings.macAddress = macAddress }
    }

    private func exclude(_ flag: Bool, _ field: Bool, _ both: String) throws {
        if flag && field { throw CommandFailure("conflicting options: cannot specify both \(both)") }
    }
}
