/// A route of the main or the local table (RTM_NEWROUTE).
public struct Route: Sendable, Hashable {
    /// Nil for a default route.
    public var destination: IPAddress?
    public var prefixLength: Int
    public var gateway: IPAddress?
    /// Number of the link it leads out by.
    public var link: Int32?
    /// 254 is main, 255 local.
    public var table: UInt32

    init?(_ message: NetlinkMessage) {
        guard message.type == 24, let length = message.payload.integer(at: 1, as: UInt8.self),
            let table = message.payload.integer(at: 4, as: UInt8.self),
            let attributes = NetlinkAttribute.list(message.payload, from: 12)
        else { return nil }
        prefixLength = Int(length)
        self.table = UInt32(table)
        for attribute in attributes {
            switch attribute.type {
            case 1: destination = attribute.ip
            case 4: link = attribute.uint32.map { Int32(bitPattern: $0) }
            case 5: gateway = attribute.ip
            case 15: self.table = attribute.uint32 ?? self.table
            default: break
            }
        }
    }
}

extension RouteRequest {
    /// A default route of the main table over `gateway`.
    public static func addDefaultRoute(gateway: IPAddress, link: Int32) -> RouteRequest {
        addRoute(to: nil, prefixLength: 0, gateway: gateway, link: link, family: gateway.family)
    }

    /// A route of the main table. Without a gateway the destination is on the link itself.
    public static func addRoute(
        to destination: IPAddress, prefixLength: Int, gateway: IPAddress? = nil, link: Int32
    ) -> RouteRequest {
        addRoute(
            to: destination, prefixLength: prefixLength, gateway: gateway, link: link, family: destination.family)
    }

    private static func addRoute(
        to destination: IPAddress?, prefixLength: Int, gateway: IPAddress?, link: Int32, family: UInt8
    ) -> RouteRequest {
        let target = destination.map { "\($0)/\(prefixLength)" } ?? "default"
        return RouteRequest(type: 24, flags: create | exclusive, "add route \(target)") { writer in
            // struct rtmsg: main table, boot protocol, universe or link scope, unicast.
            writer.put([family, UInt8(clamping: prefixLength), 0, 0, 254, 3, gateway == nil ? 253 : 0, 1])
            writer.put(UInt32(0))
            if let destination { writer.attribute(1, destination.bytes) }
            if let gateway { writer.attribute(5, gateway.bytes) }
            writer.attribute(4, link)
        }
    }
}

extension RouteConnection {
    /// Routes of both families in all tables.
    public func routes() throws(NetlinkError) -> [Route] {
        try dump(RouteRequest(type: 26, "list routes") { $0.put([UInt8](repeating: 0, count: 12)) }, Route.init)
    }
}
