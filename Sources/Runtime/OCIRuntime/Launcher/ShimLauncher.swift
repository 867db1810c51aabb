public import LinuxSystem

/// Starts shims, for a daemon with many threads.
///
/// The program is copied into sealed memory once: all shims share its pages, starting one reads no file, and nothing
/// that a container gets hold of can be overwritten. A shim is in a session of its own and holds nothing of the daemon
/// but its control socket: it lives on when the daemon is killed, then reaped by the machine's init.
public final class ShimLauncher: Sendable {
    private let image: FDBox
    private let reactor: ShimReactor

    /// `path` is the static `martlet-shim`.
    public init(path: String, reactor: ShimReactor) throws(SystemError) {
        image = FDBox(try SealedImage.copy(of: path))
        self.reactor = reactor
    }

    /// Starts the shim for the container of `bundle`, which prepares it at once: send attaches, then `start`.
    /// The same bundle and cgroup may be used again as soon as `exited` or `startFailed` has come.
    /// `onEvent` is called on the reactor's thread, in the order of the events, `disconnected` being the last.
    public func launch(
        bundle: String, onEvent: @escaping @Sendable (ShimEvent) -> Void
    ) throws(SystemError) -> ShimConnection {
        let (mine, theirs) = try PacketSocket.pair()
        let arguments = ["martlet-shim", "supervise", bundle]
        let (_, pidfd) = try SealedImage.spawn(image.fd, arguments: arguments, control: theirs.fd)
        try reactor.reap(pidfd)
        return try ShimConnection(socket: mine, reactor: reactor, onEvent: onEvent)
    }
}
