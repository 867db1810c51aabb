internal import Netlink
internal import Primitives

/// What a container holds of the network.
struct Endpoint: Sendable {
    var spec: SandboxSpec
    var address: IPv4Address?
    /// A namespace of its own, to be taken away with it.
    var namespacePath: String?
    var hostInterface: String?
    var claims: [PortClaim] = []
    /// The sockets that keep the claimed ports from the host's programs.
    var held: [HeldPort] = []
    var publications: [Publication] = []
}
