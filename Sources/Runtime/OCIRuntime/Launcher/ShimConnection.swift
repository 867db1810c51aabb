public import LinuxSystem
internal import Synchronization

/// A daemon's end of the control protocol (`ShimRequest`). May be used from any thread.
public final class ShimConnection: Sendable {
    private struct State {
        var nextNumber: Int64 = 1
        var replies: [Int64: @Sendable (Result<ShimStatus?, StartFailure>) -> Void] = [:]
        var closed = false
    }

    private let socket: FDBox
    private let reactor: ShimReactor
    private let onEvent: @Sendable (ShimEvent) -> Void
    private let state = Mutex(State())

    init(
        socket: FDBox, reactor: ShimReactor, onEvent: @escaping @Sendable (ShimEvent) -> Void
    ) throws(SystemError) {
        self.socket = socket
        self.reactor = reactor
        self.onEvent = onEvent
        try reactor.watch(socket) { [self] in ready() }
    }

    /// Connects to the shim that an earlier daemon started. Errors: ENOENT or ECONNREFUSED when it is gone; then
    /// `ExitRecord.read(bundle:)` says how its container ended, or nothing is there because the shim was killed.
    public static func adopt(
        bundle: String, reactor: ShimReactor, onEvent: @escaping @Sendable (ShimEvent) -> Void
    ) throws(SystemError) -> ShimConnection {
        // By descriptor: a socket's address has room for 107 bytes only.
        let directory = try FD.open(at: RawPath(bundle), [.path, .directory])
        let socket = try PacketSocket.connect(to: "/proc/self/fd/\(directory.rawValue)/shim.sock")
        return try ShimConnection(socket: FDBox(socket), reactor: reactor, onEvent: onEvent)
    }

    /// Sends a request; `descriptors` stay the caller's and may be closed as soon as this returns. `reply` is called
    /// once, on the reactor's thread: with the status for `.status`, with nil for others, with a failure when the shim
    /// refuses or is gone.
    public func send(
        _ request: ShimRequest, descriptors: [FDBox] = [],
        reply: @escaping @Sendable (Result<ShimStatus?, StartFailure>) -> Void = { _ in }
    ) throws(SystemError) {
        let number: Int64? = state.withLock { state in
            guard !state.closed else { return nil }
            let number = state.nextNumber
            state.nextNumber += 1
            state.replies[number] = reply
            return number
        }
        guard let number else { throw SystemError(errno: 32, call: "sendmsg", subject: "the shim is gone") }
        do {
            let bytes = NumberedRequest(number: number, request: request).encoded()
            try socket.fd.sendPacket(bytes, descriptors: descriptors.map { $0.fd.rawValue })
        } catch {
            _ = state.withLock { $0.replies.removeValue(forKey: number) }
            throw error
        }
    }

    /// Attaches a new stream to the container and answers the daemon's end of it.
    public func attach(_ options: AttachOptions) throws(SystemError) -> FDBox {
        let (mine, theirs) = try PacketSocket.streamPair()
        try send(.attach(options), descriptors: [theirs])
        return mine
    }

    /// Starts another process and answers the daemon's end of its streams.
    public func exec(_ options: ExecOptions) throws(SystemError) -> FDBox {
        let (mine, theirs) = try PacketSocket.streamPair()
        try send(.exec(options), descriptors: [theirs])
        return mine
    }

    /// Leaves the shim alone from now on; it and its container go on.
    public func close() {
        socket.fd.shutDown()
    }

    // MARK: Reactor's thread

    private func ready() {
        while true {
            do {
                guard let packet = try socket.fd.receivePacket(waits: false) else { return end() }
                if let event = ShimEvent(decoding: packet.bytes) { deliver(event) }
            } catch {
                if error.errno != 11 { end() }
                return
            }
        }
    }

    private func deliver(_ event: ShimEvent) {
        switch event {
        case .reply(let request, let error):
            guard let reply = take(request) else { return }
            if let error { reply(.failure(StartFailure(.other, error))) } else { reply(.success(nil)) }
        case .status(let request, let status): take(request)?(.success(status))
        default: onEvent(event)
        }
    }

    private func take(_ number: Int64) -> (@Sendable (Result<ShimStatus?, StartFailure>) -> Void)? {
        state.withLock { $0.replies.removeValue(forKey: number) }
    }

    private func end() {
        reactor.unwatch(socket)
        let waiting = state.withLock { state in
            state.closed = true
            defer { state.replies = [:] }
            return state.replies.sorted { $0.key < $1.key }.map(\.value)
        }
        for reply in waiting { reply(.failure(StartFailure(.other, "the shim is gone"))) }
        onEvent(.disconnected)
    }
}
