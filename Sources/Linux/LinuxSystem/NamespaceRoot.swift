internal import CLinux
internal import Synchronization

extension FD {
    /// The root directory (O_PATH) of the mount namespace that the process behind a pidfd lives in, whatever root the
    /// process has made its own. Paths below it see that namespace's mounts, as long as the descriptor is open.
    ///
    /// A thread that lasts as long as this call goes there and comes back with the descriptor: no code of that namespace
    /// runs, and no other thread is moved (`setns(2)`).
    public static func namespaceRoot(of pidfd: FDBox) throws(SystemError) -> FD {
        try onOwnThread { () throws(SystemError) in
            // CLONE_FS: who shares root and working directory can't change mount namespaces.
            try check(cl_unshare(0x200), "unshare")
            try Namespaces.mount.join(pidfd.fd, subject: "mnt")
            return [FDBox(try FD.open(at: "/", [.path, .directory]))]
        }[0].fd.duplicate()
    }

    /// Mounts in a namespace of their own, which nobody else sees: the root directory (O_PATH), and the namespace, whose
    /// last descriptor takes the mounts with it. A crash leaves nothing.
    ///
    /// `make` gives the root's mount, detached; `place` is a directory that it covers in that namespace. `fill` attaches
    /// more below the root.
    public static func privateMounts(
        at place: String, _ make: @escaping @Sendable () throws(SystemError) -> FD,
        fill: @escaping @Sendable (borrowing RootDirectory) throws(SystemError) -> Void
    ) throws(SystemError) -> (root: FDBox, namespace: FDBox) {
        let made = try onOwnThread { () throws(SystemError) in
            try Namespaces.mount.unshare()
            try MountTree.setPropagation(.private, at: "/", recursive: true)
            try make().attach(at: place)
            let root = FDBox(try FD.open(at: RawPath(place), [.path, .directory]))
            try fill(RootDirectory(try root.fd.duplicate()))
            return [root, FDBox(try FD.open(at: "/proc/thread-self/ns/mnt", .readOnly))]
        }
        return (made[0], made[1])
    }

    private static func onOwnThread(
        _ body: @escaping @Sendable () throws(SystemError) -> [FDBox]
    ) throws(SystemError) -> [FDBox] {
        let outcome = Outcome()
        let isDone = PlatformThread.run {
            let made = Result { () throws(SystemError) in try body() }
            outcome.value.withLock { $0 = made }
        }
        guard isDone, let made = outcome.value.withLock({ $0 }) else {
            throw SystemError(errno: 11, call: "pthread_create", subject: "mount namespace")
        }
        return try made.get()
    }

    private final class Outcome: Sendable {
        let value = Mutex<Result<[FDBox], SystemError>?>(nil)
    }
}
