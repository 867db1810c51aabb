public import APIModel
internal import LinuxSystem
internal import OCIRuntime
public import Primitives

/// A stream that waits for its container to be started.
final class PendingAttach: Sendable {
    let streams: OCIRuntime.AttachOptions
    let socket: FDBox

    init(streams: OCIRuntime.AttachOptions, socket: FDBox) {
        self.streams = streams
        self.socket = socket
    }
}

extension Engine {
    /// How long a client may stop reading before it is dropped. Until then it holds the container's output back, as
    /// Docker's do.
    static let attachStallLimit = 30_000

    public func attach(
        _ name: String, _ options: APIModel.AttachOptions
    ) async throws(EngineError) -> AttachSession {
        let container = try containers.find(name)
        let record = container.record
        switch record.state.phase {
        case .paused:
            throw EngineError(.conflict, "container \(record.id) is paused, unpause the container before attach")
        case .restarting:
            throw EngineError(.conflict, "container \(record.id) is restarting, wait until the container is running")
        default: break
        }
        var session = AttachSession(live: nil, multiplexed: !record.config.tty)
        session.detached = { [weak self] in self?.publish("detach", container.record) }
        if options.stream { session.live = try attachStream(container, options) }
        if options.logs {
            session.backlog = try await backlog(of: record, stdout: options.stdout, stderr: options.stderr)
        }
        publish("attach", record)
        return session
    }

    /// Registers the stream: with the supervisor when there is one, for the next start otherwise.
    private func attachStream(
        _ container: Container, _ options: APIModel.AttachOptions
    ) throws(EngineError) -> ByteChannel {
        let record = container.record
        let streams = OCIRuntime.AttachOptions(
            stdin: options.stdin && record.config.openStdin, stdout: options.stdout, stderr: options.stderr,
            stallLimit: Self.attachStallLimit)
        do {
            var pair = try SocketPair()
            let attach = PendingAttach(streams: streams, socket: FDBox(pair.takeSecond()))
            let connection = container.withLive { live -> ShimConnection? in
                // From the start on it is the supervisor's: the list was handed over then.
                let phase = live.record.state.phase
                if phase == .running || phase == .starting, let connection = live.connection { return connection }
                live.pendingAttaches.append(attach)
                return nil
            }
            if let connection { try connection.send(.attach(streams), descriptors: [attach.socket]) }
            return ByteChannel(pair.takeFirst())
        } catch {
            throw EngineError(wrapping: error)
        }
    }

    /// Hands over everybody who asked before the start. Call before the supervisor is told to start.
    func attachPending(_ container: Container, to connection: ShimConnection) throws(EngineError) {
        let pending = container.withLive { live -> [PendingAttach] in
            defer { live.pendingAttaches = [] }
            return live.pendingAttaches
        }
        do {
            for attach in pending { try connection.send(.attach(attach.streams), descriptors: [attach.socket]) }
        } catch {
            throw EngineError(wrapping: error)
        }
    }

    /// Whoever waited for a start that will not come sees the end of the stream.
    func closePendingAttaches(_ container: Container) {
        container.withLive { $0.pendingAttaches = [] }
    }
}
