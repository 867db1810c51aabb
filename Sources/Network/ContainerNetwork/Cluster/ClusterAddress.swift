internal import Netlink
internal import Primitives

/// Where other engines reach this one.
struct ClusterAddress: Sendable, Hashable {
    var address: IPAddress
    /// Of the engine's API.
    var port: UInt16

    /// Reads `--cluster-advertise`; a link's first address of the Internet counts. Errors: `badParameter`.
    init(_ text: String, _ route: RouteConnection) throws(EngineError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            throw EngineError(
                .badParameter, "invalid --cluster-advertise \(text): it should be ADDRESS:PORT or LINK:PORT")
        }
        let host = text[..<colon]
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host
        self.port = port
        address = if let address = IPAddress(bare) { address } else { try Self.address(of: String(host), route) }
        guard !address.isAny, !address.isMulticast else {
            throw EngineError(.badParameter, "invalid --cluster-advertise \(text): nobody is reached at \(address)")
        }
    }

    private static func address(of name: String, _ route: RouteConnection) throws(EngineError) -> IPAddress {
        let link: Link?
        let all: [LinkAddress]
        do throws(NetlinkError) {
            (link, all) = (try route.findLink(named: name), try route.addresses())
        } catch {
            throw .network(error)
        }
        guard let link else {
            throw EngineError(.badParameter, "invalid --cluster-advertise: there is no network interface \(name)")
        }
        let own = all.filter { $0.link == link.index }.map(\.address)
        guard let first = own.first(where: { $0.family == .v4 }) ?? own.first(where: { !$0.isLinkLocal }) else {
            throw EngineError(.badParameter, "invalid --cluster-advertise: \(name) has no address")
        }
        return first
    }
}

extension IPAddress {
    fileprivate var isLinkLocal: Bool {
        if case .v6(let address) = self { return address.isLinkLocal }
        return false
    }
}
