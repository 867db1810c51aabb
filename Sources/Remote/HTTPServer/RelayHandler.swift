internal import NIOCore

/// Copies what a channel reads to somewhere else, one read at a time: the next when the last is written.
final class RelayHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let write: (ByteBuffer, EventLoopPromise<Void>?) -> Void

    init(write: @escaping (ByteBuffer, EventLoopPromise<Void>?) -> Void) { self.write = write }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        promise.futureResult.whenComplete { result in
            switch result {
            case .success: channel.read()
            case .failure: channel.close(promise: nil)
            }
        }
        write(unwrapInboundIn(data), promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
