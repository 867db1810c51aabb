internal import NIOCore

/// One half of a pair that joins two channels of one event loop: what one reads the other writes, with back pressure
/// and half-closes in both directions.
final class GlueHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var partner: GlueHandler?
    private var context: ChannelHandlerContext?
    private var readIsHeld = false
    private var outputClosed = false
    private var inputClosed = false
    private let filter: ((inout ByteBuffer) -> Bool)?

    private init(filter: ((inout ByteBuffer) -> Bool)?) { self.filter = filter }

    /// `filter` sees what the first of the two reads.
    static func pair(filter: ((inout ByteBuffer) -> Bool)?) -> (GlueHandler, GlueHandler) {
        let first = GlueHandler(filter: filter)
        let second = GlueHandler(filter: nil)
        first.partner = second
        second.partner = first
        return (first, second)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        let ends = filter?(&buffer) ?? false
        if buffer.readableBytes > 0 { partner?.write(buffer) }
        if ends {
            partner?.context?.close(promise: nil)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        partner?.context?.flush()
        context.fireChannelReadComplete()
        requestRead()
    }

    private func write(_ buffer: ByteBuffer) {
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    /// Reads on when the other side has room.
    private func requestRead() {
        guard let context, !inputClosed else { return }
        if partner?.context?.channel.isWritable ?? false { context.read() } else { readIsHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let partner, partner.readIsHeld {
            partner.readIsHeld = false
            partner.context?.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            inputClosed = true
            partner?.closeOutput()
        }
    }

    private func closeOutput() {
        guard let context, !outputClosed else { return }
        outputClosed = true
        context.flush()
        // A client's half-close ends its input only: the session goes on until the container's output ends.
        context.close(mode: .output).assumeIsolated().whenComplete { _ in
            if self.inputClosed { self.context?.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        partner?.context?.flush()
        partner?.closeOutputThenAll()
        context.fireChannelInactive()
    }

    private func closeOutputThenAll() {
        guard let context else { return }
        let channel = context.channel
        if outputClosed { return channel.close(promise: nil) }
        outputClosed = true
        context.close(mode: .output).assumeIsolated().whenComplete { _ in
            // The client has all there is; it closes when it has read it, or is closed.
            if self.inputClosed { return channel.close(promise: nil) }
            channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
