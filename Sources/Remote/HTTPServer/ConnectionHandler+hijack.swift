internal import NIOCore
internal import NIOHTTP1

extension ConnectionHandler {
    /// Writes `head` past the encoder, which would want to say something itself. From here on the channel is the caller's.
    func hijack(head: String) -> EventLoopFuture<any Channel>? {
        guard let context, exchange != nil, !responseStarted else { return nil }
        responseStarted = true
        exchange = nil
        task = nil
        let channel = context.channel
        let written = channel.eventLoop.makePromise(of: Void.self)
        if let encoder = try? channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self) {
            encoder.writeAndFlush(NIOAny(ByteBuffer(string: head)), promise: written)
        } else {
            written.fail(ExchangeError.disconnected)
        }
        return written.futureResult.map { channel }
    }

    /// Writes bytes of a hijacked connection past the encoder, which is still there until both ends are joined.
    func writeRaw(_ buffer: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let context, context.channel.isActive,
            let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        else {
            promise?.fail(ExchangeError.disconnected)
            return
        }
        encoder.writeAndFlush(NIOAny(buffer), promise: promise)
    }

    /// Takes HTTP's handlers out, so that bytes go to whoever stands behind them; what was held back goes there too.
    ///
    /// Done when the decoder is gone: it looks at what is written, and would not know what a session's bytes are.
    static func leavePipeline(_ channel: any Channel) -> EventLoopFuture<Void> {
        let pipeline = channel.pipeline.syncOperations
        var inputClosed = false
        if let own = try? pipeline.context(handlerType: ConnectionHandler.self) {
            inputClosed = (own.handler as? ConnectionHandler)?.inputClosed ?? false
            pipeline.removeHandler(context: own, promise: nil)
        }
        if let encoder = try? pipeline.context(handlerType: HTTPResponseEncoder.self) {
            pipeline.removeHandler(context: encoder, promise: nil)
        }
        let removed = channel.eventLoop.makePromise(of: Void.self)
        if let decoder = try? pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self) {
            pipeline.removeHandler(context: decoder, promise: removed)
        } else {
            removed.succeed()
        }
        return removed.futureResult.assumeIsolated().map {
            openValve(channel)
            if inputClosed { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        }.nonisolated()
    }

    private static func openValve(_ channel: any Channel) {
        let pipeline = channel.pipeline.syncOperations
        guard let context = try? pipeline.context(handlerType: RequestValve.self) else { return }
        let early = (context.handler as? RequestValve)?.release() ?? ByteBuffer()
        if early.readableBytes > 0 { context.fireChannelRead(NIOAny(early)) }
        pipeline.removeHandler(context: context, promise: nil)
    }
}
