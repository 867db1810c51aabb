public import Primitives

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
    /// A default route of the main table over `gateway`; nil for a network that is whole on the link.
    public static func addDefaultRoute(gateway: IPAddress, link: Int32) -> RouteRequest {
        route(.add, to: nil, prefixLength: 0, gateway: gateway, link: link, gateway.family)
    }

    /// The same in place of the one that is there.
    public static func replaceDefaultRoute(gateway: IPAddress, link: Int32) -> RouteRequest {
        route(.replace, to: nil, prefixLength: 0, gateway: gateway, link: link, gateway.family)
    }

    /// Errors: ESRCH (3) when there is none by that link.
    public static func deleteDefaultRoute(_ family: AddressFamily, link: Int32) -> RouteRequest {
        route(.delete, to: nil, prefixLength: 0, gateway: nil, link: link, family)
    }

    /// A route of the main table. Without a gateway the destination is on the link itself.
    public static func addRoute(to destination: IPNetwork, gateway: IPAddress? = nil, link: Int32) -> RouteRequest {
        route(
            .add, to: destination.first, prefixLength: Int(destination.prefixLength), gateway: gateway, link: link,
            destination.family)
    }

    private enum Change {
        case add, replace, delete

        var type: UInt16 { self == .delete ? 25 : 24 }
        var flags: UInt16 {
            switch self {
            case .add: create | exclusive
            case .replace: create | RouteRequest.replace
            case .delete: 0
            }
        }
    }

    private static func route(
        _ change: Change, to destination: IPAddress?, prefixLength: Int, gateway: IPAddress?, link: Int32,
        _ family: AddressFamily
    ) -> RouteRequest {
        let target = destination.map { "\($0)/\(prefixLength)" } ?? "default"
        return RouteRequest(type: change.type, flags: change.flags, "\(change) route \(target)") { writer in
            // struct rtmsg: main table, boot protocol, universe or link scope (any, to delete), unicast.
            let scope: UInt8 = change == .delete ? 255 : gateway == nil && family == .v4 ? 253 : 0
            let (source, kind): (UInt8, UInt8) = change == .delete ? (0, 0) : (3, 1)
            writer.put([family.rawValue, UInt8(clamping: prefixLength), 0, 0, 254, source, scope, kind])
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
