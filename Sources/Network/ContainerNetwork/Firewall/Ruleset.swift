internal import Netlink

/// The text of the daemon's firewall table, in the language of nft(8).
///
/// Rules are few and stand still; what changes with containers are elements of maps, so that a lookup and a change cost
/// the same with one published port as with ten thousand.
///
/// ```
/// prerouting, output   to one of the host's addresses? -> published_at, published: the container's address and port
/// forward              onto a bridge: answers, published ports and neighbours pass, nothing else
/// postrouting          containers leave by the host's address; so does a container that comes back in by a published
///                      port (or its answer would take the short way), and the host's own loop-back
/// guard                a bridge routes 127.0.0.0/8 for the host's sake; containers must not use that
/// ```
struct Ruleset: Sendable, Hashable {
    var table: String
    var bridge: String
    var subnet: IPv4Network
    var masquerades: Bool
    var allowsInterContainer: Bool

    /// Replaces the table with all its elements, in one transaction.
    func text(_ publications: some Sequence<Publication>) -> String {
        """
        add table inet \(table)
        delete table inet \(table)
        table inet \(table) {
            map published {
                type inet_proto . inet_service : ipv4_addr . inet_service
            }
            map published_at {
                type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service
            }
            set bridges {
                type ifname
                elements = { "\(bridge)" }
            }
            set subnets {
                type ipv4_addr
                flags interval
                elements = { \(subnet.subnet) }
            }
            set masqueraded {
                type ipv4_addr
                flags interval
                \(masquerades ? "elements = { \(subnet.subnet) }" : "")
            }
            set neighbours {
                type ifname . ifname
                \(allowsInterContainer ? "elements = { \"\(bridge)\" . \"\(bridge)\" }" : "")
            }
            chain guard {
                type filter hook prerouting priority raw; policy accept;
                iifname @bridges ip daddr 127.0.0.0/8 drop
                iifname @bridges ip saddr 127.0.0.0/8 drop
            }
            chain publish {
                dnat ip to meta l4proto . ip daddr . th dport map @published_at
                dnat ip to meta l4proto . th dport map @published
            }
            chain prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                fib daddr type local jump publish
            }
            chain output {
                type nat hook output priority -100; policy accept;
                fib daddr type local jump publish
            }
            chain inbound {
                ct state established,related accept
                ct status dnat accept
                iifname . oifname @neighbours accept
                drop
            }
            chain forward {
                type filter hook forward priority filter; policy accept;
                oifname @bridges jump inbound
            }
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                oifname @bridges ct status dnat ip saddr @subnets masquerade
                oifname @bridges ip saddr 127.0.0.0/8 masquerade
                oifname != @bridges ip saddr @masqueraded masquerade
            }
        }
        \(addition(publications))
        """
    }

    private func addition(_ publications: some Sequence<Publication>) -> String {
        var lists: [String: [String]] = [:]
        for publication in publications { lists[publication.map, default: []].append(publication.element) }
        return lists.sorted { $0.key < $1.key }.map { map, elements in
            "add element inet \(table) \(map) { \(elements.joined(separator: ", ")) }\n"
        }.joined()
    }
}
