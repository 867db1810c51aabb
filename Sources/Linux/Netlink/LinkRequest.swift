public import LinuxSystem

/// Making, changing and removing links.
extension RouteRequest {
    private static let newLink: UInt16 = 16
    private static let up: UInt32 = 1

    /// A bridge. With a `mac` of its own it keeps that whatever ports come and go.
    public static func addBridge(_ name: String, mac: MACAddress? = nil, mtu: Int? = nil) -> RouteRequest {
        RouteRequest(type: newLink, flags: create | exclusive, "add bridge \(name)") { writer in
            writer.linkHeader(.name(name))
            if let mac { writer.attribute(LinkAttribute.address, mac.bytes) }
            if let mtu { writer.attribute(LinkAttribute.mtu, UInt32(clamping: mtu)) }
            writer.nested(LinkAttribute.info) { $0.attribute(LinkAttribute.infoKind, "bridge") }
        }
    }

    /// A pair of links: `name` here, on the bridge `master`; `peer` at once in the other `namespace`, never seen here.
    public static func addVeth(
        _ name: String, mtu: Int? = nil, master: Int32? = nil, peer: String, in namespace: borrowing FD
    ) -> RouteRequest {
        let descriptor = UInt32(bitPattern: namespace.rawValue)
        return RouteRequest(type: newLink, flags: create | exclusive, "add link \(name)") { writer in
            writer.linkHeader(.name(name))
            if let mtu { writer.attribute(LinkAttribute.mtu, UInt32(clamping: mtu)) }
            if let master { writer.attribute(LinkAttribute.master, master) }
            writer.nested(LinkAttribute.info) { info in
                info.attribute(LinkAttribute.infoKind, "veth")
                info.nested(LinkAttribute.infoData) { data in
                    // VETH_INFO_PEER
                    data.nested(1) { other in
                        other.linkHeader(.name(peer))
                        if let mtu { other.attribute(LinkAttribute.mtu, UInt32(clamping: mtu)) }
                        other.attribute(LinkAttribute.namespaceDescriptor, descriptor)
                    }
                }
            }
        }
    }

    /// A link of its own upon the link `parent`, in another `namespace` at once. `mode` as in `linux/if_link.h`:
    /// 1 private, 2 vepa, 4 bridge, 8 passthru.
    public static func addMacvlan(
        _ name: String, parent: Int32, mode: UInt32, mtu: Int? = nil, in namespace: borrowing FD
    ) -> RouteRequest {
        let descriptor = UInt32(bitPattern: namespace.rawValue)
        return RouteRequest(type: newLink, flags: create | exclusive, "add macvlan \(name)") { writer in
            writer.linkHeader(.name(name))
            writer.attribute(LinkAttribute.parent, parent)
            if let mtu { writer.attribute(LinkAttribute.mtu, UInt32(clamping: mtu)) }
            writer.attribute(LinkAttribute.namespaceDescriptor, descriptor)
            writer.nested(LinkAttribute.info) { info in
                info.attribute(LinkAttribute.infoKind, "macvlan")
                // IFLA_MACVLAN_MODE
                info.nested(LinkAttribute.infoData) { $0.attribute(1, mode) }
            }
        }
    }

    /// A link for VLAN `id` of the link `parent` (802.1Q).
    public static func addVLAN(_ name: String, parent: Int32, id: UInt16, alias: String) -> RouteRequest {
        RouteRequest(type: newLink, flags: create | exclusive, "add vlan \(name)") { writer in
            writer.linkHeader(.name(name))
            writer.attribute(LinkAttribute.parent, parent)
            writer.attribute(LinkAttribute.alias, Array(alias.utf8))
            writer.nested(LinkAttribute.info) { info in
                info.attribute(LinkAttribute.infoKind, "vlan")
                // IFLA_VLAN_ID
                info.nested(LinkAttribute.infoData) { $0.attribute(1, id) }
            }
        }
    }

    public static func setUp(_ link: LinkReference) -> RouteRequest {
        RouteRequest(type: newLink, "set link \(link) up") { $0.linkHeader(link, flags: up, change: up) }
    }

    public static func setDown(_ link: LinkReference) -> RouteRequest {
        RouteRequest(type: newLink, "set link \(link) down") { $0.linkHeader(link, flags: 0, change: up) }
    }

    /// Puts the link on a bridge; 0 takes it off.
    public static func setMaster(_ link: LinkReference, _ master: Int32) -> RouteRequest {
        RouteRequest(type: newLink, "set master of link \(link)") { writer in
            writer.linkHeader(link)
            writer.attribute(LinkAttribute.master, master)
        }
    }

    public static func setMTU(_ link: LinkReference, _ mtu: Int) -> RouteRequest {
        RouteRequest(type: newLink, "set mtu of link \(link)") { writer in
            writer.linkHeader(link)
            writer.attribute(LinkAttribute.mtu, UInt32(clamping: mtu))
        }
    }

    public static func setMAC(_ link: LinkReference, _ mac: MACAddress) -> RouteRequest {
        RouteRequest(type: newLink, "set address of link \(link)") { writer in
            writer.linkHeader(link)
            writer.attribute(LinkAttribute.address, mac.bytes)
        }
    }

    /// A free text that stays with the link, 255 bytes at most.
    public static func setAlias(_ link: LinkReference, _ alias: String) -> RouteRequest {
        RouteRequest(type: newLink, "set alias of link \(link)") { writer in
            writer.linkHeader(link)
            writer.attribute(LinkAttribute.alias, Array(alias.utf8))
        }
    }

    public static func rename(index: Int32, to name: String) -> RouteRequest {
        RouteRequest(type: newLink, "rename link #\(index) to \(name)") { writer in
            writer.linkHeader(.index(index))
            writer.attribute(LinkAttribute.name, name)
        }
    }

    /// The mark of an owner on a bridge's port, hairpin mode (frames may leave by the port they came in by), and no
    /// IPv6 address for the port itself.
    public static func setPort(_ link: LinkReference, alias: String, hairpin: Bool) -> RouteRequest {
        RouteRequest(type: newLink, "set up port \(link)") { writer in
            writer.linkHeader(link)
            writer.attribute(LinkAttribute.alias, Array(alias.utf8))
            writer.nested(LinkAttribute.info) { info in
                info.attribute(LinkAttribute.infoPortKind, "bridge")
                // IFLA_BRPORT_MODE
                info.nested(LinkAttribute.infoPortData) { $0.attribute(4, UInt8(hairpin ? 1 : 0)) }
            }
            writer.noIPv6Autoconfiguration()
        }
    }

    /// The link gives itself no IPv6 address when it goes up, and so sends nothing of its own.
    public static func setNoIPv6Autoconfiguration(_ link: LinkReference) -> RouteRequest {
        RouteRequest(type: newLink, "set IPv6 of link \(link)") { writer in
            writer.linkHeader(link)
            writer.noIPv6Autoconfiguration()
        }
    }

    /// Frames between the bridge's ports pass the IPv4 and IPv6 firewall too (IFLA_BR_NF_CALL_IPTABLES, …_IP6TABLES).
    public static func setBridgeFilter(_ link: LinkReference, on: Bool) -> RouteRequest {
        RouteRequest(type: newLink, "set filter of bridge \(link)") { writer in
            writer.linkHeader(link)
            writer.nested(LinkAttribute.info) { info in
                info.attribute(LinkAttribute.infoKind, "bridge")
                info.nested(LinkAttribute.infoData) { data in
                    data.attribute(36, UInt8(on ? 1 : 0))
                    data.attribute(37, UInt8(on ? 1 : 0))
                }
            }
        }
    }

    /// Removes a link, and with one end of a pair the other.
    public static func deleteLink(_ link: LinkReference) -> RouteRequest {
        RouteRequest(type: 17, "delete link \(link)") { $0.linkHeader(link) }
    }
}

extension NetlinkWriter {
    /// AF_INET6: IFLA_INET6_ADDR_GEN_MODE = IN6_ADDR_GEN_MODE_NONE.
    fileprivate mutating func noIPv6Autoconfiguration() {
        nested(LinkAttribute.familySettings) { $0.nested(10) { $0.attribute(8, UInt8(1)) } }
    }
}
