internal import ChannelGlue
public import HostSystem
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
public import Primitives

/// A thread that speaks TLS on one side and plain bytes on the other, so that who reads and writes with blocking calls
/// needs to know nothing of it. Half-closes go through in both directions.
public enum TLSTunnel {
    /// Shakes hands over a connected socket, which it takes, and gives the plain end.
    ///
    /// Errors: `badParameter` for files, `unavailable` for a peer that can't be believed or does not speak TLS.
    public static func open(
        over connection: Descriptor, host: String, identity: TLSIdentity
    ) throws(EngineError) -> Descriptor {
        let hasCertificate = [identity.certificate, identity.key].allSatisfy { Connection.isFile($0) == true }
        let context: NIOSSLContext
        let near: Descriptor
        let far: Descriptor
        do throws(EngineError) {
            context = try identity.context(hasCertificate: hasCertificate)
            (near, far) = try Connection.pair()
        } catch {
            connection.closeNow()
            throw error
        }
        do {
            try join(connection, far, context, host)
            return near
        } catch {
            // Its end is the end of the other two, which the event loop has by now.
            near.closeNow()
            throw error as? EngineError ?? EngineError(.unavailable, "\(error)", cause: error)
        }
    }

    private static func join(
        _ connection: Descriptor, _ far: Descriptor, _ context: NIOSSLContext, _ host: String
    ) throws {
        // Lives as long as the process: a client has one connection after the other, not many at a time.
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let name = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." } ? nil : host
        let shaken = loop.makePromise(of: Void.self)
        let joined = loop.flatSubmit { () -> EventLoopFuture<Void> in
            let (left, right) = GlueHandler.pair(filter: nil, endsAfter: nil)
            let halves = NIOLoopBound((left, right), eventLoop: loop)
            return channel(loop, far) { try $0.pipeline.syncOperations.addHandler(halves.value.0) }.flatMap { _ in
                channel(loop, connection) { channel in
                    let tls = try NIOSSLClientHandler(context: context, serverHostname: name)
                    try channel.pipeline.syncOperations.addHandlers([tls, HandshakeWatch(shaken), halves.value.1])
                }
            }.flatMap { secured in
                secured.read()
                return shaken.futureResult
            }.map { halves.value.0.join() }
        }
        try joined.wait()
    }

    private static func channel(
        _ loop: any EventLoop, _ descriptor: Descriptor, _ setup: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try setup(channel) } }
            .withConnectedSocket(descriptor.number)
    }
}

/// Reads until the handshake is done or has failed.
private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var promise: EventLoopPromise<Void>?

    init(_ promise: EventLoopPromise<Void>) { self.promise = promise }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if promise != nil { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { settle(nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        settle(EngineError(.unavailable, Self.text(of: error), cause: error))
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        settle(EngineError(.unavailable, "the server closed the connection during the TLS handshake"))
        context.fireChannelInactive()
    }

    private func settle(_ error: EngineError?) {
        guard let promise else { return }
        self.promise = nil
        if let error { promise.fail(error) } else { promise.succeed() }
    }

    private static func text(of error: any Error) -> String {
        let text = String(describing: error)
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "tls: the server does not speak TLS"
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "x509: certificate signed by unknown authority" }
        return "tls: \(text)"
    }
}
