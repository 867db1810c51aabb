public import Primitives

/// A neighbour of a link: the link address that an IP address has there (RTM_NEWNEIGH, `man 7 rtnetlink`).
public struct Neighbour: Sendable, Hashable {
    public var link: Int32
    public var address: IPAddress
    public var mac: MACAddress

    public init(link: Int32, address: IPAddress, mac: MACAddress) {
        self.link = link
        self.address = address
        self.mac = mac
    }

    init?(_ message: NetlinkMessage) {
        guard let entry = NeighbourEntry(message), entry.family != NeighbourEntry.bridge,
            entry.state & NeighbourEntry.permanent != 0, let address = entry.destination, let mac = entry.mac
        else { return nil }
        self.init(link: entry.link, address: address, mac: mac)
    }
}

/// Which of a VXLAN network's other ends frames to a link address go to.
public struct ForwardingEntry: Sendable, Hashable {
    public var link: Int32
    public var mac: MACAddress
    public var destination: IPAddress

    public init(link: Int32, mac: MACAddress, destination: IPAddress) {
        self.link = link
        self.mac = mac
        self.destination = destination
    }

    init?(_ message: NetlinkMessage) {
        guard let entry = NeighbourEntry(message), entry.family == NeighbourEntry.bridge,
            let destination = entry.destination, let mac = entry.mac
        else { return nil }
        self.init(link: entry.link, mac: mac, destination: destination)
    }
}

/// `struct ndmsg` and its attributes NDA_DST and NDA_LLADDR (`linux/neighbour.h`).
private struct NeighbourEntry {
    /// AF_BRIDGE: an entry of a forwarding table.
    static let bridge: UInt8 = 7
    /// NUD_PERMANENT.
    static let permanent: UInt16 = 0x80
    /// NTF_SELF: the link's own table, not its bridge's.
    static let own: UInt8 = 2

    let family: UInt8
    let link: Int32
    let state: UInt16
    var destination: IPAddress?
    var mac: MACAddress?

    init?(_ message: NetlinkMessage) {
        guard message.type == 28, let family = message.payload.first,
            let link = message.payload.integer(at: 4, as: Int32.self),
            let state = message.payload.integer(at: 8, as: UInt16.self),
            let attributes = NetlinkAttribute.list(message.payload, from: 12)
        else { return nil }
        (self.family, self.link, self.state) = (family, link, state)
        destination = attributes.first { $0.type == 1 }?.ip
        mac = attributes.first { $0.type == 2 }.flatMap { MACAddress(bytes: $0.payload) }
    }
}

extension RouteRequest {
    private enum Change {
        case put, remove

        var type: UInt16 { self == .put ? 28 : 29 }
        var flags: UInt16 { self == .put ? create | replace : 0 }
    }

    /// A neighbour for good, in place of what was known of the address.
    public static func putNeighbour(_ neighbour: Neighbour) -> RouteRequest { change(.put, neighbour) }

    /// Errors: ENOENT (2) when it is not known.
    public static func removeNeighbour(_ neighbour: Neighbour) -> RouteRequest { change(.remove, neighbour) }

    /// Leads frames to an address to one of the other ends, in place of where they went before.
    public static func putForwarding(_ entry: ForwardingEntry) -> RouteRequest { change(.put, entry) }

    /// Errors: ENOENT (2) when there is none.
    public static func removeForwarding(_ entry: ForwardingEntry) -> RouteRequest { change(.remove, entry) }

    private static func change(_ change: Change, _ neighbour: Neighbour) -> RouteRequest {
        RouteRequest(type: change.type, flags: change.flags, "\(change) neighbour \(neighbour.address)") { writer in
            writer.neighbourHeader(neighbour.address.family.rawValue, neighbour.link, NeighbourEntry.permanent, 0)
            writer.attribute(1, neighbour.address.bytes)
            writer.attribute(2, neighbour.mac.bytes)
        }
    }

    private static func change(_ change: Change, _ entry: ForwardingEntry) -> RouteRequest {
        RouteRequest(type: change.type, flags: change.flags, "\(change) forwarding of \(entry.mac)") { writer in
            writer.neighbourHeader(NeighbourEntry.bridge, entry.link, NeighbourEntry.permanent, NeighbourEntry.own)
            writer.attribute(1, entry.destination.bytes)
            writer.attribute(2, entry.mac.bytes)
        }
    }
}

extension NetlinkWriter {
    fileprivate mutating func neighbourHeader(_ family: UInt8, _ link: Int32, _ state: UInt16, _ flags: UInt8) {
        put([family, 0, 0, 0])
        put(link)
        put(state)
        put([flags, 0])
    }
}

extension RouteConnection {
    /// All neighbours of both families that stay for good.
    public func neighbours() throws(NetlinkError) -> [Neighbour] {
        try dump(Self.list("list neighbours", family: 0), Neighbour.init)
    }

    /// Entries of all links' own forwarding tables that lead to another host.
    public func forwardingEntries() throws(NetlinkError) -> [ForwardingEntry] {
        try dump(Self.list("list forwarding entries", family: NeighbourEntry.bridge), ForwardingEntry.init)
    }

    private static func list(_ what: String, family: UInt8) -> RouteRequest {
        RouteRequest(type: 30, what) { $0.neighbourHeader(family, 0, 0, 0) }
    }
}
