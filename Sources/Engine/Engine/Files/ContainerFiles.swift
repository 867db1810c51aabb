internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// A container's files as it sees them, with its volumes, for as long as this lives.
///
/// What is done with them is done by descriptors from `root` on: nothing of the container runs, and no path of it is walked
/// but by the kernel, inside its root.
final class ContainerFiles: Sendable {
    private struct Mounts {
        var root: FDBox
        /// Nil while the container has its mounts itself.
        var namespace: FDBox?
    }

    private let mounts: Mutex<Mounts?>
    /// Left at the end: a container that does not run must not start while its files are mounted here.
    private let gate: Gate?

    init(root: FDBox, namespace: FDBox? = nil, leaving gate: Gate? = nil) {
        mounts = Mutex(Mounts(root: root, namespace: namespace))
        self.gate = gate
    }

    deinit {
        mounts.withLock { $0 = nil }
        gate?.leave()
    }

    func root() throws(EngineError) -> FDBox {
        guard let root = mounts.withLock({ $0?.root }) else { throw EngineError(.internal, "the files are closed") }
        return root
    }

    /// The root for walks of paths that the container may have made.
    func directory() throws -> RootDirectory { RootDirectory(try root().fd.duplicate()) }
}
