internal import Netlink
internal import Primitives

/// A bridge as the firewall sees it.
struct BridgeRules: Sendable, Hashable {
    var bridge: String
    var subnets: [IPNetwork]
    /// Families whose containers leave the host by the host's address.
    var masqueraded: Set<AddressFamily>
    /// Families whose containers are reached by their own addresses.
    var routed: Set<AddressFamily> = []
    /// Its containers reach each other.
    var allowsInterContainer: Bool
    /// Nothing goes in or out.
    var isInternal: Bool

    /// Its elements of the table's sets, in the language of nft(8).
    var elements: [(set: String, element: String)] {
        var list = [(set: "bridges", element: "\"\(bridge)\"")]
        for subnet in subnets {
            list.append((set: "subnets" + Ruleset.suffix(subnet.family), element: "\(subnet.subnet)"))
            if masqueraded.contains(subnet.family) && !isInternal {
                list.append((set: "masqueraded" + Ruleset.suffix(subnet.family), element: "\(subnet.subnet)"))
            }
        }
        for family in routed { list.append((set: "routed" + Ruleset.suffix(family), element: "\"\(bridge)\"")) }
        if allowsInterContainer { list.append((set: "neighbours", element: "\"\(bridge)\" . \"\(bridge)\"")) }
        if isInternal { list.append((set: "enclosed", element: "\"\(bridge)\"")) }
        return list
    }
}

/// Traffic that passes where containers are kept apart: to one port of one container, from another or from anywhere.
struct Opening: Sendable, Hashable, Codable {
    /// Nil: from wherever the container's own address is reached.
    var source: String?
    var destination: String
    /// `tcp`, `udp` or `sctp`.
    var transport: String
    var port: UInt16

    /// Nil for values that are none, which only a record could have that somebody changed.
    var element: (set: String, element: String)? {
        guard let to = IPAddress(destination), ["tcp", "udp", "sctp"].contains(transport) else { return nil }
        let suffix = Ruleset.suffix(to.family)
        guard let source else { return (set: "opened" + suffix, element: "\(to) . \(transport) . \(port)") }
        guard let from = IPAddress(source), from.family == to.family else { return nil }
        return (set: "linked" + suffix, element: "\(from) . \(to) . \(transport) . \(port)")
    }
}
