internal import Netlink

/// A network namespace made ready for a container: lo is up, and so is a link to the bridge, still without an address,
/// if it is to have one.
struct Sandbox: Sendable {
    /// A link into the namespace.
    struct Cable: Sendable, Hashable {
        static let inside = "eth0"
        /// The end on the bridge: `veth` and 7 hexadecimal digits.
        var hostName: String
        /// Number of the end inside.
        var innerIndex: Int32
    }

    /// 64 hexadecimal digits.
    let id: String
    let path: String
    let cable: Cable?
    /// Speaks inside the namespace.
    let route: RouteConnection
}
