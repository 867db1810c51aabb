public import NIOCore

/// One half of a pair that joins two channels of one event loop: what one reads the other writes, with back pressure
/// and half-closes in both directions.
///
/// Nothing that was written is dropped at an end: NIO makes a full close of a half-close once the other direction is
/// closed too, and gives up what still waits; so an end waits for the writes before it.
public final class GlueHandler: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    private enum Output { case open, ending, ended }

    private var partner: GlueHandler?
    private var context: ChannelHandlerContext?
    private var readIsHeld = false
    private var output = Output.open
    private var inputClosed = false
    /// What was read before the pair was joined; nil afterwards.
    private var early: ByteBuffer?
    private let filter: ((inout ByteBuffer) -> Bool)?
    /// The end of what this half reads is the end of the session.
    private let endsSession: Bool
    /// That end is passed on when this is fulfilled.
    private let endsAfter: EventLoopFuture<Void>?

    private init(
        filter: ((inout ByteBuffer) -> Bool)? = nil, early: ByteBuffer? = nil, endsSession: Bool = false,
        endsAfter: EventLoopFuture<Void>? = nil
    ) {
        self.filter = filter
        self.early = early
        self.endsSession = endsSession
        self.endsAfter = endsAfter
    }

    /// `filter` sees what the client sends and may shorten it; the end of the container's output reaches the client
    /// when `endsAfter` is fulfilled. The client's half keeps what it reads until `join`.
    public static func pair(
        filter: ((inout ByteBuffer) -> Bool)?, endsAfter: EventLoopFuture<Void>?
    ) -> (client: GlueHandler, container: GlueHandler) {
        let client = GlueHandler(filter: filter, early: ByteBuffer())
        let container = GlueHandler(endsSession: true, endsAfter: endsAfter)
        client.partner = container
        container.partner = client
        return (client, container)
    }

    public func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    public func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }

    /// Both halves are in their pipelines: what came early goes on, and reading begins.
    public func join() {
        guard let context, let bytes = early else { return }
        early = nil
        if bytes.readableBytes > 0 { pass(bytes, context) }
        partner?.context?.flush()
        if inputClosed { partner?.end() } else { requestRead() }
        partner?.requestRead()
    }

    // MARK: Reading

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if early?.writeBuffer(&buffer) == nil { pass(buffer, context) }
    }

    private func pass(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var buffer = bytes
        let leaves = filter?(&buffer) ?? false
        if buffer.readableBytes > 0 { partner?.write(buffer) }
        if leaves {
            partner?.context?.close(promise: nil)
            context.close(promise: nil)
        }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        partner?.context?.flush()
        context.fireChannelReadComplete()
        if early == nil { requestRead() }
    }

    private func write(_ buffer: ByteBuffer) {
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    /// Reads on when the other side has room.
    private func requestRead() {
        guard let context, !inputClosed else { return }
        if partner?.context?.channel.isWritable ?? false { context.read() } else { readIsHeld = true }
    }

    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let partner, partner.readIsHeld {
            partner.readIsHeld = false
            partner.context?.read()
        }
    }

    // MARK: Ends

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed, !inputClosed else { return }
        inputClosed = true
        // A client's half-close ends its input only: the session goes on until the container's output ends.
        if early == nil { endPartner(wholly: endsSession) }
    }

    public func channelInactive(context: ChannelHandlerContext) {
        endPartner(wholly: true)
        context.fireChannelInactive()
    }

    private func endPartner(wholly: Bool) {
        guard let partner else { return }
        guard let endsAfter else { return partner.end(wholly: wholly) }
        endsAfter.assumeIsolated().whenComplete { _ in partner.end(wholly: wholly) }
    }

    /// Ends the output once all that was written is with the kernel; `wholly`, the channel too, soon after.
    private func end(wholly: Bool = false) {
        guard let context else { return }
        switch output {
        case .ended where wholly: closeSoon(context.channel)
        case .ended: break
        case .ending, .open:
            output = .ending
            // An empty write is done when those before it are.
            context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
                self.written(wholly: wholly)
            }
        }
    }

    private func written(wholly: Bool) {
        guard let context else { return }
        if inputClosed { return context.close(promise: nil) }
        if output != .ended { context.close(mode: .output, promise: nil) }
        output = .ended
        if wholly { closeSoon(context.channel) }
    }

    /// The other end has all there is: it closes when it has read it, or is closed.
    private func closeSoon(_ channel: any Channel) {
        if inputClosed { return channel.close(promise: nil) }
        channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
