internal import Netlink
internal import Primitives

/// The text of the daemon's firewall table, in the language of nft(8).
///
/// Rules are few and stand still; what changes with networks and containers are elements of sets and maps, so that a
/// lookup and a change cost the same with one published port as with ten thousand. Sets of IPv6 have a 6 at the end.
///
/// ```
/// prerouting, output   to one of the host's addresses? -> published_at, published: the container's address and port
///                      (translated before the kernel looks, a loop-back address from the wire would pass as another)
/// forward              onto a bridge: neighbours, links, answers and published ports pass, nothing else;
///                      from or to an enclosed one: only neighbours
/// postrouting          containers leave by the host's address; so does a container that comes back in by a published
///                      port (or its answer would take the short way), and the host's own loop-back
///                      (IPv6 finds neighbours by ICMP, which passes here where bridged frames do)
/// guard                a bridge routes 127.0.0.0/8 for the host's sake; containers must not use that
/// ```
enum Ruleset {
    static func suffix(_ family: AddressFamily) -> String { family == .v4 ? "" : "6" }

    /// Replaces the table with all its elements, in one transaction.
    static func text(_ table: String, _ elements: [(set: String, element: String)]) -> String {
        """
        add table inet \(table)
        delete table inet \(table)
        table inet \(table) {
        \(sets("", "ipv4_addr"))\(sets("6", "ipv6_addr"))
            set bridges { type ifname; }
            set enclosed { type ifname; }
            set neighbours { type ifname . ifname; }
        \(chains)
        }
        \(change("add", table, elements))
        """
    }

    /// Adds or deletes elements, in one transaction.
    static func change(_ verb: String, _ table: String, _ elements: [(set: String, element: String)]) -> String {
        var lists: [String: [String]] = [:]
        for (set, element) in elements { lists[set, default: []].append(element) }
        return lists.sorted { $0.key < $1.key }.map { set, elements in
            "\(verb) element inet \(table) \(set) { \(elements.joined(separator: ", ")) }\n"
        }.joined()
    }

    private static func sets(_ suffix: String, _ address: String) -> String {
        """
            map published\(suffix) { type inet_proto . inet_service : \(address) . inet_service; }
            map published_at\(suffix) { type inet_proto . \(address) . inet_service : \(address) . inet_service; }
            set subnets\(suffix) { type \(address); flags interval; }
            set masqueraded\(suffix) { type \(address); flags interval; }
            set linked\(suffix) { type \(address) . \(address) . inet_proto . inet_service; }
            set opened\(suffix) { type \(address) . inet_proto . inet_service; }
            set routed\(suffix) { type ifname; }

        """
    }

    private static let chains = """
            chain guard {
                type filter hook prerouting priority raw; policy accept;
                iifname @bridges ip daddr 127.0.0.0/8 drop
                iifname @bridges ip saddr 127.0.0.0/8 drop
            }
            chain publish {
                dnat ip to meta l4proto . ip daddr . th dport map @published_at
                dnat ip to meta l4proto . th dport map @published
                ip6 daddr ::1 return
                dnat ip6 to meta l4proto . ip6 daddr . th dport map @published_at6
                dnat ip6 to meta l4proto . th dport map @published6
            }
            chain prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                iifname != "lo" ip daddr 127.0.0.0/8 return
                fib daddr type local jump publish
            }
            chain output {
                type nat hook output priority -100; policy accept;
                fib daddr type local jump publish
            }
            chain inbound {
                ct state established,related accept
                ct status dnat accept
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                ip saddr . ip daddr . meta l4proto . th dport @linked accept
                ip6 saddr . ip6 daddr . meta l4proto . th dport @linked6 accept
                oifname @routed meta l4proto icmp accept
                oifname @routed6 meta l4proto ipv6-icmp accept
                oifname @routed ip daddr . meta l4proto . th dport @opened accept
                oifname @routed6 ip6 daddr . meta l4proto . th dport @opened6 accept
                drop
            }
            chain forward {
                type filter hook forward priority filter; policy accept;
                iifname . oifname @neighbours accept
                iifname @enclosed drop
                oifname @enclosed drop
                oifname @bridges jump inbound
            }
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                oifname @bridges ct status dnat ip saddr @subnets masquerade
                oifname @bridges ct status dnat ip6 saddr @subnets6 masquerade
                oifname @bridges ip saddr 127.0.0.0/8 masquerade
                oifname != @bridges ip saddr @masqueraded masquerade
                oifname != @bridges ip6 saddr @masqueraded6 masquerade
            }
        """
}
