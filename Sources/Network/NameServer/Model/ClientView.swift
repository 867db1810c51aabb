public import LinuxSystem
public import Primitives

/// What one container sees of the names, and where its other questions go.
public struct ClientView: Sendable, Hashable {
    /// Where a name that only this container knows (`docker run --link`) leads.
    public enum LinkTarget: Sendable, Hashable {
        /// To another name in the container's zones, whatever addresses that has at the time.
        case name(String)
        case addresses([IPAddress])
    }

    /// Ids of the zones, in the order in which they are searched.
    public var zones: [String]
    /// The zones' network names by id: for questions of the form `name.network`, and for PTR answers.
    public var zoneNames: [String: String]
    /// Searched before the zones.
    public var links: [String: LinkTarget]
    /// Asked in order for what is not known here; the first three count, as with Docker and `resolv.conf(5)`.
    public var upstreams: [Upstream]
    /// Whether other servers are asked at all; false on internal networks: what is unknown fails at once.
    public var forwards: Bool
    /// Whether the container's own `ndots` option is set: addresses of unknown names without a dot are then answered
    /// with nothing, so that the container tries its search domains.
    public var keepsSingleLabels: Bool

    public init(
        zones: [String], zoneNames: [String: String] = [:], links: [String: LinkTarget] = [:],
        upstreams: [Upstream] = [], forwards: Bool = true, keepsSingleLabels: Bool = false
    ) {
        self.zones = zones
        self.zoneNames = zoneNames
        self.links = links
        self.upstreams = upstreams
        self.forwards = forwards
        self.keepsSingleLabels = keepsSingleLabels
    }
}

/// A server that is asked for what is not known here.
public struct Upstream: Sendable, Hashable {
    /// Whose network reaches it.
    public enum Place: Sendable, Hashable {
        /// The host's, such as a resolver at the host's 127.0.0.53.
        case host
        case container
    }

    public var address: IPAddress
    public var port: UInt16
    public var place: Place

    public init(_ address: IPAddress, port: UInt16 = 53, place: Place = .container) {
        self.address = address
        self.port = port
        self.place = place
    }
}

/// The two ways of RFC 1035 4.2.
public enum SocketKind: Sendable, Hashable {
    case datagram
    case stream
}

/// Opens a non-blocking socket in a container's network namespace, neither bound nor connected.
///
/// It runs on the name server's own thread, which serves every container: it must not wait. It may move that thread
/// into the namespace (`setns(2)`) when it moves it back before it returns.
public typealias SocketOpener = @Sendable (_ family: AddressFamily, _ kind: SocketKind) throws(SystemError) -> FD
