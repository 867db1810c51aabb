internal import Netlink

/// A network namespace made ready for a container: lo is up, and so is its first link, still without an address, if it
/// is to have one.
struct Sandbox: Sendable {
    /// What is made ahead.
    struct Kind: Sendable, Hashable {
        /// Nil for none.
        var link: LinkSource?
        /// The link's name inside.
        var interface = "eth0"
        /// With sockets of the embedded name server.
        var hasResolver = false
    }

    /// 64 hexadecimal digits.
    let id: String
    let path: String
    let cable: Cable?
    let resolver: ResolverSockets?
    /// Speaks inside the namespace.
    let route: RouteConnection
}

/// A link in a namespace.
struct Cable: Sendable, Hashable {
    /// The end on the bridge: `veth` and 7 hexadecimal digits; nil where there is none.
    var hostName: String?
    /// Its name and number inside.
    var interface: String
    var innerIndex: Int32
}
