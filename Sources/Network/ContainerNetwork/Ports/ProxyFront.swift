internal import LinuxSystem
internal import Netlink
internal import PortProxy
internal import Primitives

/// A port of the host that a proxy passes on.
struct ProxyFront: Sendable, Hashable {
    var claim: PortClaim
    /// The container's.
    var port: UInt16

    /// To where the container is reached now; its IPv4 address where it has none of the port's family.
    func entry(_ targets: [AddressFamily: IPAddress]) -> ProxyEntry? {
        guard let transport = ProxyEntry.Transport(rawValue: "\(claim.transport)"),
            let target = targets[claim.address.family] ?? targets[.v4] ?? targets[.v6]
        else { return nil }
        return ProxyEntry(transport, target, port: port)
    }
}

/// How a published port's traffic gets to the container.
struct PortPath: Sendable, Hashable {
    /// By the firewall's translation, to this address.
    var translated: IPAddress?
    /// By the proxy: what the translation can't do.
    var isProxied: Bool

    /// The kernel translates within a family, and never what comes from `::1`.
    init(_ address: IPAddress, _ targets: [AddressFamily: IPAddress], hasFirewall: Bool) {
        let isLoopback = address.family == .v6 && address.isLoopback
        translated = hasFirewall && !isLoopback ? targets[address.family] : nil
        isProxied = !targets.isEmpty && (translated == nil || (address.family == .v6 && address.isAny))
    }
}
