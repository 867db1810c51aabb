public import LinuxSystem
internal import Primitives

/// Docker's embedded name server: answers containers' questions for each other, and forwards the others (RFC 1035).
///
/// One thread serves all containers. Every method may be called from any thread and returns at once; names count for
/// every question that comes afterwards.
public final class NameServer: Sendable {
    private let state: ServerState

    /// Starts the thread. Errors: EMFILE, ENFILE; EAGAIN when there is no thread to have.
    public convenience init() throws(SystemError) { try self.init(clock: KernelClock.monotonic) }

    /// `clock` gives nanoseconds and never goes back.
    init(clock: @escaping @Sendable () -> Int64) throws(SystemError) {
        let state = try ServerState()
        self.state = state
        let started = PlatformThread.detach {
            let loop = ServingLoop(state, clock: clock)
            while loop.isRunning { loop.turn(waiting: -1) }
        }
        if !started { throw SystemError(errno: 11, call: "pthread_create") }
    }

    deinit { state.stop() }

    /// Serves a container from now on: `udp` is a bound datagram socket and `tcp` a listening one, both in the
    /// container's network namespace; the server closes them. A client of the same name is closed first.
    ///
    /// `opener` opens sockets towards upstreams in the container's place; without one these count as unreachable.
    public func open(
        _ client: String, udp: consuming FD, tcp: consuming FD, view: ClientView,
        opener: @escaping SocketOpener = NameServer.withoutNetwork
    ) {
        open(client, datagrams: FDBox(udp), listener: FDBox(tcp), view: view, opener: opener)
    }

    /// The same with sockets that somebody else may hold too.
    public func open(
        _ client: String, datagrams: FDBox, listener: FDBox, view: ClientView,
        opener: @escaping SocketOpener = NameServer.withoutNetwork
    ) {
        state.open(client, View(view)) { .open($0, datagrams: datagrams, listener: listener, opener: opener) }
    }

    /// ENETUNREACH.
    public static let withoutNetwork: SocketOpener = { (_, _) throws(SystemError) in
        throw SystemError(errno: 101, call: "socket")
    }

    /// Changes what a client sees; one that is not open is no error. Questions under way go on with what they began
    /// with.
    public func update(_ client: String, view: ClientView) { state.update(client, View(view)) }

    /// Ends a client: its sockets are closed soon, and its questions under way are dropped.
    public func close(_ client: String) { state.close(client) }

    /// Makes an endpoint known in a zone, which begins with it; what was known of the endpoint there is replaced.
    ///
    /// Names that no message can carry (empty labels, labels over 63 bytes, names over 254) are left out.
    public func add(_ record: NameRecord, to zone: String) { state.change { $0.add(record, to: zone) } }

    public func remove(endpoint: String, from zone: String) {
        state.change { $0.remove(endpoint: endpoint, from: zone) }
    }

    /// Forgets a zone's names. Clients may go on naming it in their views.
    public func removeZone(_ zone: String) { state.change { $0.removeZone(zone) } }

    /// Ends the thread soon, and closes all sockets. Nothing is served any more afterwards.
    public func stop() { state.stop() }

    /// Lets the thread look at its clock, for tests that move it.
    func wake() { state.ring() }
}
