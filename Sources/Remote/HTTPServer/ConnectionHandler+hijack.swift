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
    static func leavePipeline(_ channel: any Channel) {
        let pipeline = channel.pipeline.syncOperations
        let valve = try? pipeline.handler(type: RequestValve.self)
        var inputClosed = false
        if let own = try? pipeline.context(handlerType: ConnectionHandler.self) {
            inputClosed = (own.handler as? ConnectionHandler)?.inputClosed ?? false
            pipeline.removeHandler(context: own, promise: nil)
        }
        if let encoder = try? pipeline.context(handlerType: HTTPResponseEncoder.self) {
            pipeline.removeHandler(context: encoder, promise: nil)
        }
        let removed = channel.eventLoop.makePromise(of: Void.self)
        removed.futureResult.assumeIsolated().whenComplete { _ in
            if let valve, let context = try? pipeline.context(handler: valve) {
                let early = valve.release()
                if early.readableBytes > 0 {
                    context.fireChannelRead(NIOAny(early))
                    context.fireChannelReadComplete()
                }
                pipeline.removeHandler(context: context, promise: nil)
            }
            if inputClosed { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
            channel.read()
        }
        if let decoder = try? pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self) {
            pipeline.removeHandler(context: decoder, promise: removed)
        } else {
            removed.succeed()
        }
    }
}
