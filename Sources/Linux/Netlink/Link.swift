/// A network interface, as the kernel describes it (RTM_NEWLINK).
public struct Link: Sendable, Hashable {
    public var index: Int32
    public var name: String
    public var isUp: Bool
    public var mtu: Int
    public var mac: MACAddress?
    /// Number of the bridge it is a port of.
    public var master: Int32?
    /// `bridge`, `veth`, …; nil for hardware and lo.
    public var kind: String?
    public var alias: String?
    /// Of a link of kind `vxlan`.
    public var vxlan: VXLAN?

    init?(_ message: NetlinkMessage) {
        guard message.type == 16, let index = message.payload.integer(at: 4, as: Int32.self),
            let flags = message.payload.integer(at: 8, as: UInt32.self),
            let attributes = NetlinkAttribute.list(message.payload, from: 16)
        else { return nil }
        self.init(index: index, name: "", isUp: flags & 1 != 0, mtu: 0)
        for attribute in attributes { take(attribute) }
    }

    private init(index: Int32, name: String, isUp: Bool, mtu: Int) {
        self.index = index
        self.name = name
        self.isUp = isUp
        self.mtu = mtu
    }

    private mutating func take(_ attribute: NetlinkAttribute) {
        switch attribute.type {
        case LinkAttribute.name: name = attribute.text
        case LinkAttribute.mtu: mtu = Int(attribute.uint32 ?? 0)
        case LinkAttribute.address: mac = MACAddress(bytes: attribute.payload)
        case LinkAttribute.master: master = attribute.uint32.map { Int32(bitPattern: $0) }
        case LinkAttribute.alias: alias = attribute.text
        case LinkAttribute.info:
            let info = NetlinkAttribute.list(attribute.payload) ?? []
            kind = info.first { $0.type == LinkAttribute.infoKind }?.text
            guard kind == "vxlan" else { break }
            vxlan = info.first { $0.type == LinkAttribute.infoData }.map { VXLAN($0.payload) }
        default: break
        }
    }
}

extension RouteConnection {
    public func links() throws(NetlinkError) -> [Link] {
        try dump(RouteRequest(type: 18, "list links") { $0.linkHeader(.index(0)) }, Link.init)
    }

    /// One link. Errors: ENODEV (19) when there is none.
    ///
    /// Since Linux 6.8 the kernel first does what it has put off about the link's carrier (`rtnl_getlink`): a bridge's
    /// port that went up forwards when this returns.
    public func link(_ link: LinkReference) throws(NetlinkError) -> Link {
        try get(RouteRequest(type: 18, "get link \(link)") { $0.linkHeader(link) }, Link.init)
    }

    public func link(named name: String) throws(NetlinkError) -> Link { try link(.name(name)) }

    /// One link, or nil when there is none of that name.
    public func findLink(named name: String) throws(NetlinkError) -> Link? {
        do {
            return try link(named: name)
        } catch {
            if error.errno == 19 { return nil }
            throw error
        }
    }
}
