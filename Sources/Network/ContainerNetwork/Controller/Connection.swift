internal import LinuxSystem
internal import Netlink
internal import Primitives

/// What a container's connection holds, whole or half made.
struct Connection: Sendable {
    var spec: SandboxSpec
    var publications: [Publication] = []
    var claims: [PortClaim] = []
    /// The host's ports, kept from other programs. A proxy that is older than this daemon keeps its own.
    var held: [PortClaim: HeldPort] = [:]
    /// What the proxy passes on, and the proxy.
    var fronts: [ProxyFront] = []
    var proxy: FDBox?
    /// Where the proxy leads.
    var proxyTargets: [AddressFamily: IPAddress]?

    init(spec: SandboxSpec) { self.spec = spec }

    /// The namespace's file, where it is this daemon's to remove.
    var ownedPath: String? { spec.sandboxID.isEmpty ? nil : spec.namespacePath }
}
