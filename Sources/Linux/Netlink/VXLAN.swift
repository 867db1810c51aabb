public import Primitives

/// What a link of kind `vxlan` was made with (RFC 7348).
public struct VXLAN: Sendable, Hashable {
    /// The network's number, 24 bits.
    public var id: UInt32
    /// Where its packets come from; of the family of all the other ends.
    public var local: IPAddress?
    /// Of UDP.
    public var port: UInt16

    public init(id: UInt32, local: IPAddress?, port: UInt16) {
        self.id = id
        self.local = local
        self.port = port
    }

    /// Reads IFLA_INFO_DATA.
    init(_ data: ArraySlice<UInt8>) {
        self.init(id: 0, local: nil, port: 0)
        for attribute in NetlinkAttribute.list(data) ?? [] {
            switch attribute.type {
            case Attribute.id: id = attribute.uint32 ?? 0
            case Attribute.local, Attribute.local6:
                if let address = attribute.ip, !address.isAny { local = address }
            case Attribute.port:
                port = attribute.payload.integer(at: 0, as: UInt16.self).map(UInt16.init(bigEndian:)) ?? 0
            default: break
            }
        }
    }

    /// IFLA_VXLAN_* numbers (`linux/if_link.h`).
    fileprivate enum Attribute {
        static let id: UInt16 = 1
        static let local: UInt16 = 4
        static let learning: UInt16 = 7
        static let proxy: UInt16 = 11
        static let port: UInt16 = 15
        static let local6: UInt16 = 17
    }
}

extension RouteRequest {
    /// A link into a VXLAN network. It learns nothing from what it receives, and answers itself for the neighbours that
    /// it was told of, so that nobody has to be asked.
    public static func addVXLAN(_ name: String, _ vxlan: VXLAN, mtu: Int? = nil) -> RouteRequest {
        RouteRequest(type: 16, flags: create | exclusive, "add vxlan \(name)") { writer in
            writer.linkHeader(.name(name))
            if let mtu { writer.attribute(LinkAttribute.mtu, UInt32(clamping: mtu)) }
            writer.nested(LinkAttribute.info) { info in
                info.attribute(LinkAttribute.infoKind, "vxlan")
                info.nested(LinkAttribute.infoData) { data in
                    data.attribute(VXLAN.Attribute.id, vxlan.id)
                    if let local = vxlan.local {
                        let type = local.family == .v4 ? VXLAN.Attribute.local : VXLAN.Attribute.local6
                        data.attribute(type, local.bytes)
                    }
                    data.attribute(VXLAN.Attribute.learning, UInt8(0))
                    data.attribute(VXLAN.Attribute.proxy, UInt8(1))
                    data.attribute(VXLAN.Attribute.port, vxlan.port.bigEndian)
                }
            }
        }
    }
}
