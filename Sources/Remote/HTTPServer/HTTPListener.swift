internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import NIOSSL

/// Where a server listens.
public enum ListenAddress: Sendable, Hashable {
    case unix(path: String)
    case tcp(host: String, port: Int)
    /// A listening descriptor that was handed in (`sd_listen_fds(3)`).
    case inherited(descriptor: Int32)
}

/// An HTTP/1.1 server whose handlers may take a connection over on any request.
///
/// Built on NIOHTTP1 itself: a router-level server decides on upgrades before its handler runs and only for requests
/// that ask for one, while Docker hijacks after the lookup succeeded, and without `Upgrade` too.
public final class HTTPListener: Sendable {
    /// Longest line and all headers of a request together, in bytes.
    public static let maximumHeaderSize = 64 << 10

    private let group: MultiThreadedEventLoopGroup
    private let handler: any RequestHandler
    private let ready: ReadyGate
    private let active: ActiveExchanges
    /// From the first byte of a request's head to its last.
    private static let headPatience = TimeAmount.seconds(60)

    /// Requests wait until `ready` is opened; those answered at once don't. `whenQuiet` is called half a second after
    /// the last began or ended.
    public init(
        handler: any RequestHandler, ready: ReadyGate, threads: Int = 1, whenQuiet: (@Sendable () -> Void)? = nil
    ) {
        active = ActiveExchanges(watch: whenQuiet.map { QuietWatch(after: .milliseconds(500), $0) })
        group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        self.handler = handler
        self.ready = ready
        // Once, before several event loops do: two that make this type's metadata at the same time can crash the runtime
        // (docs/workarounds.md).
        _ = Self.requestDecoder()
    }

    private static func requestDecoder() -> ByteToMessageHandler<HTTPRequestDecoder> {
        ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .forward))
    }

    /// Binds. A stale unix socket is replaced. Errors: `unavailable`, with the address in Go's words.
    public func bind(_ address: ListenAddress, tls: NIOSSLContext? = nil) async throws -> BoundListener {
        let handler = handler
        let ready = ready
        let active = active
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // Requests come one by one: a second read would find nothing.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            // Bodies come in larger pieces once there is one.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: 262_144)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(PlainTextGuard())
                        try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try pipeline.addHandler(RequestValve(limit: Self.maximumHeaderSize, patience: Self.headPatience))
                    try pipeline.addHandler(HTTPResponseEncoder())
                    try pipeline.addHandler(Self.requestDecoder())
                    try pipeline.addHandler(
                        ConnectionHandler(handler: handler, ready: ready, active: active, isEncrypted: tls != nil))
                }
            }
        do { return BoundListener(channel: try await Self.bind(bootstrap, address)) } catch {
            throw ListenFailure.error(error, address)
        }
    }

    private static func bind(_ bootstrap: ServerBootstrap, _ address: ListenAddress) async throws -> any Channel {
        switch address {
        case .unix(let path):
            try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        case .tcp(let host, let port):
            try await bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1).bind(host: host, port: port).get()
        case .inherited(let descriptor): try await bootstrap.withBoundSocket(descriptor).get()
        }
    }

    /// Waits for open requests, at most for `grace`, and ends all connections. Close the bound listeners first.
    public func shutdown(grace: Duration = .seconds(5)) async {
        await active.drain(for: grace)
        try? await group.shutdownGracefully()
    }
}

/// A socket that is listened on.
public struct BoundListener: Sendable {
    let channel: any Channel

    /// The port, for addresses that asked for any.
    public var port: Int? { channel.localAddress?.port }

    /// Takes no more connections.
    public func close() async {
        try? await channel.close()
    }
}
