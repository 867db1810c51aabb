internal import CLinux
public import LinuxSystem
internal import Synchronization

/// Network namespaces that live as long as a file they are bound to (`man 7 network_namespaces`).
///
/// The file's folder is left with the mount propagation it has: where that is shared, taking the file away takes it
/// away in every mount namespace, so that no service that copied the mounts keeps a dead container's network.
public enum NetworkNamespace {
    /// A new namespace, still without an address and with lo down.
    public struct Created: ~Copyable {
        public let namespace: FD
        /// Speaks inside the namespace.
        public let route: RouteConnection
    }

    /// Makes a namespace, bound to the new file `path` (EEXIST if there is one).
    ///
    /// It is made by a thread of its own that ends at once: no other thread ever changes its namespace, so all the
    /// others can go on opening sockets without looking where they are.
    public static func create(at path: String) throws(SystemError) -> Created {
        var netlink: Int32 = -1
        let raw = try check(cl_netns_create(path, NetlinkSocket.timeLimit, &netlink), "create network namespace", path)
        return Created(
            namespace: FD(owning: raw), route: RouteConnection(NetlinkSocket(FD(owning: netlink))))
    }

    /// A descriptor for the namespace bound to `path`, or named by `/proc/<pid>/ns/net`.
    public static func open(_ path: String) throws(SystemError) -> FD { try FD.open(at: RawPath(path), .readOnly) }

    /// Runs `body` on a thread of its own in the namespace, and waits for it: sockets that it opens stay there.
    ///
    /// Errors: as `setns(2)`, or what `body` throws.
    public static func run<Value: Sendable>(
        in namespace: borrowing FD, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        let target = FDBox(try namespace.duplicate())
        let result = Mutex<Result<Value, any Error>?>(nil)
        let ran = PlatformThread.run {
            let outcome = Result {
                try Namespaces.network.join(target.fd, subject: "network namespace")
                return try body()
            }
            result.withLock { $0 = outcome }
        }
        guard ran, let outcome = result.withLock({ $0 }) else { throw SystemError(errno: 11, call: "pthread_create") }
        return try outcome.get()
    }

    /// Takes the file away; one that is not there is no error. The namespace ends with its last process and socket,
    /// and its links with it, in the background.
    public static func remove(at path: String) throws(SystemError) {
        // MNT_DETACH | UMOUNT_NOFOLLOW; more than once where something was bound over it.
        for _ in 0..<16 {
            let result = cl_umount(path, 2 | 8)
            if result == -22 || result == -2 { break }
            try check(result, "umount2", path)
        }
        let result = cl_unlinkat(-100, path, 0)
        if result != -2 { try check(result, "unlink", path) }
    }
}
