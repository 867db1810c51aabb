/// One rtnetlink request, ready to be sent (`man 7 rtnetlink`); made by the functions in this target's other files.
public struct RouteRequest: Sendable, CustomStringConvertible {
    let type: UInt16
    /// NLM_F_* without NLM_F_REQUEST and NLM_F_ACK.
    let flags: UInt16
    let body: [UInt8]
    /// What it asks for, as errors say it.
    public let description: String

    init(type: UInt16, flags: UInt16 = 0, _ description: String, _ build: (inout NetlinkWriter) -> Void) {
        var writer = NetlinkWriter()
        build(&writer)
        self.type = type
        self.flags = flags
        self.body = writer.bytes
        self.description = description
    }

    static let create: UInt16 = 0x400
    static let exclusive: UInt16 = 0x200
    static let replace: UInt16 = 0x100
}

/// Names a link: by its number where that is known, else by its name.
public enum LinkReference: Sendable, Hashable, CustomStringConvertible {
    case index(Int32)
    case name(String)

    public var description: String {
        switch self {
        case .index(let index): "#\(index)"
        case .name(let name): name
        }
    }

    var index: Int32 {
        switch self {
        case .index(let index): index
        case .name: 0
        }
    }
}

extension NetlinkWriter {
    /// `struct ifinfomsg`, and the name where the link is known by that.
    mutating func linkHeader(_ link: LinkReference, flags: UInt32 = 0, change: UInt32 = 0, family: UInt8 = 0) {
        put([family, 0, 0, 0])
        put(link.index)
        put(flags)
        put(change)
        if case .name(let name) = link { attribute(LinkAttribute.name, name) }
    }
}

/// IFLA_* numbers (`linux/if_link.h`).
enum LinkAttribute {
    static let address: UInt16 = 1
    static let name: UInt16 = 3
    static let mtu: UInt16 = 4
    static let parent: UInt16 = 5
    static let master: UInt16 = 10
    static let info: UInt16 = 18
    static let alias: UInt16 = 20
    static let familySettings: UInt16 = 26
    static let namespaceDescriptor: UInt16 = 28
    static let infoKind: UInt16 = 1
    static let infoData: UInt16 = 2
    static let infoPortKind: UInt16 = 4
    static let infoPortData: UInt16 = 5
}
