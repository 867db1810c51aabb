internal import ChannelGlue
public import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import Primitives
internal import Synchronization

/// One request and its answer, for the handler's task. Exactly one of `respond`, `stream`,
/// `relay` and `hijack` is called.
public final class Exchange: Sendable {
    public let request: Request
    /// Who asks, `address:port`; nil on a unix socket.
    public let client: String?
    /// Whether the connection is TLS.
    public let isEncrypted: Bool
    let body = RequestBody()
    private let connection: NIOLoopBound<ConnectionHandler>
    private let loop: any EventLoop
    private let onLeave = Mutex(Leaving())

    // A function must not be in a mutex by itself: see docs/workarounds.md.
    private struct Leaving {
        var left = false
        var action: (@Sendable () -> Void)?
    }

    init(request: Request, client: String?, isEncrypted: Bool, connection: NIOLoopBound<ConnectionHandler>) {
        self.request = request
        self.client = client
        self.isEncrypted = isEncrypted
        self.connection = connection
        loop = connection.eventLoop
    }

    // MARK: Body

    /// The whole body. Errors: `bodyTooLarge` past `limit` bytes, `disconnected`.
    public func collectBody(limit: Int) async throws(ExchangeError) -> [UInt8] {
        if let length = request.header("content-length").flatMap(Int.init), length > limit { throw .bodyTooLarge }
        var bytes: [UInt8] = []
        while let buffer = try await nextBuffer() {
            guard bytes.count + buffer.readableBytes <= limit else { throw .bodyTooLarge }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }

    /// The next bytes of the body as they come; nil at its end. Errors: `disconnected`.
    public func nextBuffer() async throws(ExchangeError) -> ByteBuffer? {
        guard let (buffer, resumes) = try await body.next() else { return nil }
        if resumes { loop.execute { self.connection.value.resumeBody() } }
        return buffer
    }

    /// Streams the body into a channel until its end. When the other end is closed the rest is read and dropped; when
    /// the client leaves in the middle, `broken` is called and the channel ends.
    public func pumpBody(into sink: ByteChannel, broken: @escaping @Sendable () -> Void = {}) async {
        guard let channel = try? await adopt(sink, { _ in }).get() else { return }
        do throws(ExchangeError) {
            while let (buffers, resumes) = try await body.next(atMost: .max) {
                // The next pieces come while these are written.
                if resumes { loop.execute { self.connection.value.resumeBody() } }
                guard channel.isActive else { continue }
                for buffer in buffers.dropLast() { channel.write(buffer, promise: nil) }
                if let last = buffers.last { _ = try? await channel.writeAndFlush(last).get() }
            }
        } catch {
            broken()
        }
        try? await channel.close(mode: .all)
    }

    // MARK: Answers

    public func respond(_ response: Response) async {
        loop.execute { self.connection.value.send(response) }
    }

    /// Answers with a part of a file, which the kernel copies (`sendfile(2)`); on a connection without TLS only. Takes
    /// the descriptor over; `headers` have to say the length. Returns when the bytes are with the kernel. Errors:
    /// `disconnected`.
    public func respond(
        status: Int, headers: [(String, String)], file descriptor: Int32, range: Range<Int64>
    ) async throws(ExchangeError) {
        precondition(!isEncrypted, "the kernel can't encrypt a file")
        let promise = loop.makePromise(of: Void.self)
        loop.execute {
            self.connection.value.startStream(status, headers)
            self.connection.value.write(file: descriptor, range: range, promise: promise)
        }
        do { try await promise.futureResult.get() } catch { throw .disconnected }
        loop.execute { self.connection.value.finish() }
    }

    /// Sends the head now and gives a writer for the rest; in chunks unless `headers` say the length.
    public func stream(status: Int, headers: [(String, String)]) -> ResponseWriter {
        loop.execute { self.connection.value.startStream(status, headers) }
        return ResponseWriter(connection: connection, loop: loop)
    }

    /// Answers with what comes out of `source`, until its end or the client's.
    public func relay(status: Int, headers: [(String, String)], from source: ByteChannel) async {
        if client == nil { loop.execute { self.connection.value.widen() } }
        let writer = stream(status: status, headers: headers)
        await copy(source) { buffer, promise in self.connection.value.write(buffer, promise: promise) }
        writer.finish()
    }

    /// Takes the connection over: `head` goes out as it stands, then `backlog`, then both directions of `live`.
    /// Returns when both ends are closed.
    public func hijack(
        head: String, backlog: ByteChannel?, live: ByteChannel?, session: Session = Session()
    ) async {
        let taken = loop.flatSubmit { () -> EventLoopFuture<any Channel> in
            self.connection.value.hijack(head: head) ?? self.loop.makeFailedFuture(ExchangeError.disconnected)
        }
        guard let client = try? await taken.get() else { return }
        if let backlog {
            await copy(backlog) { buffer, promise in self.connection.value.writeRaw(buffer, promise: promise) }
        }
        guard let live else { return client.close(promise: nil) }
        await glue(client, live, session)
    }

    // MARK: Leaving

    /// Runs `action` when the client leaves before the answer is out; at once when it has left.
    public func whenClientLeaves(_ action: @escaping @Sendable () -> Void) {
        let hasLeft = onLeave.withLock { state in
            if !state.left { state.action = action }
            return state.left
        }
        if hasLeft { action() }
    }

    func clientLeft() {
        let action = onLeave.withLock { state in
            state.left = true
            defer { state.action = nil }
            return state.action
        }
        action?()
    }

    // MARK: Channels

    /// Makes a channel of a descriptor, on this connection's event loop, that reads only when it is told to.
    ///
    /// `setup` installs its handlers. They have to be there from the beginning: when the other end is closed already,
    /// the channel reads what there is without being asked.
    private func adopt(
        _ stream: ByteChannel, _ setup: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        guard let descriptor = stream.take() else { return loop.makeFailedFuture(ExchangeError.disconnected) }
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 16_384, maximum: 1 << 20)
        return ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.recvAllocator, value: allocator)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try setup(channel) } }
            .withConnectedSocket(descriptor)
    }

    /// Copies a channel to its end.
    private func copy(
        _ source: ByteChannel, to write: @escaping @Sendable (ByteBuffer, EventLoopPromise<Void>?) -> Void
    ) async {
        let adopted = adopt(source) { channel in
            try channel.pipeline.syncOperations.addHandler(RelayHandler(write: write))
        }
        guard let channel = try? await adopted.get() else { return }
        whenClientLeaves { channel.close(promise: nil) }
        channel.read()
        try? await channel.closeFuture.get()
    }

    /// Joins the client's channel with a container's until both are closed.
    private func glue(_ client: any Channel, _ live: ByteChannel, _ session: Session) async {
        let joined = loop.flatSubmit { () -> EventLoopFuture<any Channel> in
            let (left, right) = GlueHandler.pair(filter: session.filter, endsAfter: self.future(session.ended))
            let halves = NIOLoopBound((left, right), eventLoop: self.loop)
            do {
                // Before HTTP's handlers leave, so that no byte falls into nothing.
                try client.pipeline.syncOperations.addHandler(left)
                try client.syncOptions?.setOption(.autoRead, value: false)
            } catch {
                return self.loop.makeFailedFuture(error)
            }
            return ConnectionHandler.leavePipeline(client).flatMap {
                self.adopt(live) { container in
                    try container.pipeline.syncOperations.addHandler(halves.value.1)
                }
            }.map { container in
                halves.value.0.join()
                return container
            }
        }
        guard let container = try? await joined.get() else { return client.close(promise: nil) }
        try? await container.closeFuture.get()
        try? await client.closeFuture.get()
    }

    private func future(_ ended: (@Sendable () async -> Void)?) -> EventLoopFuture<Void>? {
        ended.map { ended in loop.makeFutureWithTask { await ended() } }
    }
}

/// What may be said about a session that takes a connection over.
public struct Session: Sendable {
    /// Sees what the client sends and may shorten it; true ends the session (detach keys).
    public var filter: (@Sendable (inout ByteBuffer) -> Bool)?
    /// The client sees the end of the output when this returns, not before.
    public var ended: (@Sendable () async -> Void)?

    public init(
        filter: (@Sendable (inout ByteBuffer) -> Bool)? = nil, ended: (@Sendable () async -> Void)? = nil
    ) {
        self.filter = filter
        self.ended = ended
    }
}

/// Writes the body of a streamed answer, a chunk at a time, in order.
public struct ResponseWriter: Sendable {
    private let connection: NIOLoopBound<ConnectionHandler>
    private let loop: any EventLoop

    init(connection: NIOLoopBound<ConnectionHandler>, loop: any EventLoop) {
        self.connection = connection
        self.loop = loop
    }

    /// Returns when the bytes are with the kernel. Errors: `disconnected`.
    public func write(_ bytes: [UInt8]) async throws(ExchangeError) {
        let promise = loop.makePromise(of: Void.self)
        loop.execute { self.connection.value.write(ByteBuffer(bytes: bytes), promise: promise) }
        do { try await promise.futureResult.get() } catch { throw .disconnected }
    }

    /// Returns when the bytes are with the kernel. Errors: `disconnected`.
    public func write(_ buffer: ByteBuffer) async throws(ExchangeError) {
        let promise = loop.makePromise(of: Void.self)
        loop.execute { self.connection.value.write(buffer, promise: promise) }
        do { try await promise.futureResult.get() } catch { throw .disconnected }
    }

    /// Writes without waiting; order is kept. `done` is called when the bytes are with the kernel, or will never be.
    public func post(_ bytes: [UInt8], done: @escaping @Sendable () -> Void = {}) {
        let promise = loop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in done() }
        loop.execute { self.connection.value.write(ByteBuffer(bytes: bytes), promise: promise) }
    }

    public func finish() {
        loop.execute { self.connection.value.finish() }
    }

    /// Ends the connection in the middle of the answer, so that nobody takes it for whole.
    public func abort() {
        loop.execute { self.connection.value.context?.close(promise: nil) }
    }
}
