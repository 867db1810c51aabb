internal import Netlink

/// What a container's connection holds, whole or half made.
struct Connection: Sendable {
    var spec: SandboxSpec
    var publications: [Publication] = []
    var claims: [PortClaim] = []
    var held: [HeldPort] = []

    init(spec: SandboxSpec) { self.spec = spec }

    /// The namespace's file, where it is this daemon's to remove.
    var ownedPath: String? { spec.sandboxID.isEmpty ? nil : spec.namespacePath }
}
