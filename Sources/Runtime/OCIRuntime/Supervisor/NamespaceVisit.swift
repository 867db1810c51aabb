internal import LinuxSystem

/// Namespaces that a child is to be born into: the shim enters them, clones, and goes back to its own.
///
/// A pid namespace can only be joined this way (`setns(2)` moves later children, not the caller), and a network namespace
/// of the host has to be joined before a new user namespace takes the right to do so away.
struct NamespaceVisit {
    private var own: [(Namespaces, FDBox)] = []

    /// Enters namespaces by path.
    mutating func enter(_ targets: [(kind: Namespaces, path: String)]) throws(StartFailure) {
        for (kind, path) in targets {
            try doing("join \(kind.fileName ?? "") namespace") { () throws(SystemError) in
                try remember(kind)
                try kind.join(try FD.open(at: RawPath(path), .readOnly), subject: path)
            }
        }
    }

    /// Enters one namespace of the process behind a pidfd.
    mutating func enter(_ kind: Namespaces, of process: FDBox) throws(StartFailure) {
        try doing("join \(kind.fileName ?? "") namespace") { () throws(SystemError) in
            try remember(kind)
            try kind.join(process.fd)
        }
    }

    private mutating func remember(_ kind: Namespaces) throws(SystemError) {
        guard let name = kind.fileName else { throw SystemError(errno: 22, call: "setns") }
        own.append((kind, FDBox(try FD.open(at: RawPath("/proc/self/ns/\(name)"), .readOnly))))
    }

    /// Goes back. Failing that, the process must not go on: its next child would be born in the wrong place.
    mutating func leave() {
        for (kind, home) in own.reversed() {
            do { try kind.join(home.fd) } catch { preconditionFailure("cannot return to the own namespace: \(error)") }
        }
        own = []
    }
}
