public import Primitives

/// An address of a link (RTM_NEWADDR).
public struct LinkAddress: Sendable, Hashable {
    public var link: Int32
    public var address: IPAddress
    public var prefixLength: Int

    init?(_ message: NetlinkMessage) {
        guard message.type == 20, let length = message.payload.integer(at: 1, as: UInt8.self),
            let link = message.payload.integer(at: 4, as: Int32.self),
            let attributes = NetlinkAttribute.list(message.payload, from: 8)
        else { return nil }
        // IFA_LOCAL is the link's own where IFA_ADDRESS is the other end's.
        let own = attributes.first { $0.type == 2 } ?? attributes.first { $0.type == 1 }
        guard let address = own?.ip else { return nil }
        self.link = link
        self.address = address
        prefixLength = Int(length)
    }
}

extension RouteRequest {
    /// Gives a link an address; IPv4 ones with the broadcast address of their network.
    public static func addAddress(_ address: IPAddress, prefixLength: Int, to link: Int32) -> RouteRequest {
        change(20, create | exclusive, "add address \(address)/\(prefixLength)", address, prefixLength, link)
    }

    public static func deleteAddress(_ address: IPAddress, prefixLength: Int, from link: Int32) -> RouteRequest {
        change(21, 0, "delete address \(address)/\(prefixLength)", address, prefixLength, link)
    }

    private static func change(
        _ type: UInt16, _ flags: UInt16, _ description: String, _ address: IPAddress, _ prefixLength: Int, _ link: Int32
    ) -> RouteRequest {
        RouteRequest(type: type, flags: flags, description) { writer in
            // struct ifaddrmsg; IPv6 without duplicate detection (IFA_F_NODAD): the engine gave the address out.
            let noDetection: UInt8 = address.family == .v6 ? 0x02 : 0
            writer.put([address.family.rawValue, UInt8(clamping: prefixLength), noDetection, 0])
            writer.put(link)
            writer.attribute(2, address.bytes)
            writer.attribute(1, address.bytes)
            if address.family == .v4, prefixLength < 31, let network = IPNetwork(address, prefixLength: prefixLength) {
                writer.attribute(4, network.last.bytes)
            }
        }
    }
}

extension RouteConnection {
    /// All addresses of both families.
    public func addresses() throws(NetlinkError) -> [LinkAddress] {
        try dump(RouteRequest(type: 22, "list addresses") { $0.put([0, 0, 0, 0, 0, 0, 0, 0]) }, LinkAddress.init)
    }
}
