internal import NIOCore
internal import NIOHTTP1

/// One connection: takes requests in order, one exchange at a time, until somebody hijacks it.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let handler: any RequestHandler
    private let ready: ReadyGate
    private let active: ActiveExchanges
    private let isEncrypted: Bool
    private lazy var client = context?.channel.remoteAddress.flatMap(Self.text)
    var context: ChannelHandlerContext?
    private var executor: LoopExecutor?
    /// The request that is being read or answered.
    var request: Request?
    var exchange: Exchange?
    var task: Task<Void, Never>?
    /// Given when the request has come to its end.
    private var immediate: Response?
    /// Parts of later requests, behind a chunked one: at most what one read brought.
    private var queued: [HTTPServerRequestPart] = []
    var keepsAlive = true
    var requestEnded = true
    var responseStarted = false
    var inputClosed = false
    private var bodyPaused = false
    private var readWanted = false

    init(handler: any RequestHandler, ready: ReadyGate, active: ActiveExchanges, isEncrypted: Bool = false) {
        self.handler = handler
        self.ready = ready
        self.active = active
        self.isEncrypted = isEncrypted
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        executor = LoopExecutor(context.eventLoop)
    }

    private static func text(_ address: SocketAddress) -> String? {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if request != nil && requestEnded || !queued.isEmpty { return queued.append(part) }
        take(part, context)
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): begin(head, context)
        case .body(let buffer):
            if exchange?.body.append(buffer) == false { bodyPaused = true }
        case .end:
            requestEnded = true
            exchange?.body.end(broken: false)
            if let response = immediate {
                immediate = nil
                send(response)
            }
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        // After an upgrade that was refused the decoder is of no more use.
        keepsAlive = head.isKeepAlive && !inputClosed && !head.headers.contains(name: "upgrade")
        requestEnded = false
        responseStarted = false
        let request = Request(head)
        self.request = request
        if let response = handler.immediate(request) {
            immediate = response
            return
        }
        let exchange = Exchange(
            request: request, client: client, isEncrypted: isEncrypted,
            connection: NIOLoopBound(self, eventLoop: context.eventLoop))
        self.exchange = exchange
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }
        let (handler, ready, active) = (handler, ready, active)
        active.began()
        // Ends with its answer; cancelled when the connection ends first.
        task = Task(executorPreference: executor) {
            await ready.wait()
            await handler.handle(exchange)
            active.ended()
        }
    }

    /// The answer is out, the next request may come.
    func proceed(_ context: ChannelHandlerContext) {
        bodyPaused = false
        while !queued.isEmpty && !(request != nil && requestEnded) { take(queued.removeFirst(), context) }
        if request == nil, let valve = try? context.pipeline.syncOperations.context(handlerType: RequestValve.self) {
            (valve.handler as? RequestValve)?.next(valve)
        }
        if readWanted, request == nil || !requestEnded {
            readWanted = false
            context.read()
        }
    }

    // MARK: Reading

    /// Nothing is read while a request waits for its answer: the bytes may not be HTTP by then.
    func read(context: ChannelHandlerContext) {
        if request != nil && (requestEnded || bodyPaused) {
            readWanted = true
        } else {
            context.read()
        }
    }

    func resumeBody() {
        bodyPaused = false
        guard let context, readWanted, !requestEnded else { return }
        readWanted = false
        context.read()
    }

    // MARK: Ends

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            inputClosed = true
            if request == nil { return context.close(promise: nil) }
            clientIsGone()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        clientIsGone()
        exchange = nil
        request = nil
        context.fireChannelInactive()
    }

    private func clientIsGone() {
        if !requestEnded { exchange?.body.end(broken: true) }
        task?.cancel()
        exchange?.clientLeft()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let status = (error as? RequestError)?.status ?? (error is HTTPParserError ? 400 : nil)
        guard let status, !responseStarted else { return context.close(promise: nil) }
        clientIsGone()
        exchange = nil
        keepsAlive = false
        immediate = nil
        let text = "\(status) \(HTTPResponseStatus(statusCode: status).reasonPhrase)"
        send(Response(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8)))
    }
}
