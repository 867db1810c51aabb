internal import NIOCore
internal import NIOHTTP1

extension ConnectionHandler {
    func send(_ response: Response) {
        guard let context, !responseStarted else { return }
        var headers = HTTPHeaders(response.headers)
        let hasBody = response.status != 204 && response.status != 304
        if hasBody && !headers.contains(name: "content-length") {
            headers.add(name: "Content-Length", value: "\(response.body.count)")
        }
        writeHead(response.status, headers, context)
        if hasBody && !response.body.isEmpty && request?.method != "HEAD" {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        }
        finish()
    }

    /// On a unix socket more bytes may wait on the way, as many as the system allows, so that both ends seldom wait for each
    /// other. (TCP finds its own measure.)
    func widen() { try? context?.channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: 1 << 20) }

    func startStream(_ status: Int, _ headers: [(String, String)]) {
        guard let context, !responseStarted else { return }
        var fields = HTTPHeaders(headers)
        if fields.contains(name: "content-length") {
            // The client knows where it ends.
        } else if request?.isHTTP10 == true {
            keepsAlive = false
        } else {
            fields.add(name: "Transfer-Encoding", value: "chunked")
        }
        writeHead(status, fields, context)
        context.flush()
    }

    private func writeHead(_ status: Int, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
        responseStarted = true
        var headers = headers
        if !keepsAlive || !requestEnded {
            // A body that nobody read to its end would be taken for the next request.
            keepsAlive = false
            headers.replaceOrAdd(name: "Connection", value: "close")
        }
        let version: HTTPVersion = request?.isHTTP10 == true ? .http1_0 : .http1_1
        let head = HTTPResponseHead(version: version, status: HTTPResponseStatus(statusCode: status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    func write(_ buffer: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let context, request != nil, context.channel.isActive else {
            promise?.fail(ExchangeError.disconnected)
            return
        }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: promise)
    }

    /// Writes a part of a file, and closes it when that is done.
    func write(file descriptor: Int32, range: Range<Int64>, promise: EventLoopPromise<Void>) {
        // "Deprecated" in NIO's words means: take care that it is closed.
        let file = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        promise.futureResult.whenComplete { _ in try? file.close() }
        guard let context, request != nil, context.channel.isActive else {
            return promise.fail(ExchangeError.disconnected)
        }
        let region = FileRegion(
            fileHandle: file, readerIndex: Int(range.lowerBound), endIndex: Int(range.upperBound))
        context.writeAndFlush(wrapOutboundOut(.body(.fileRegion(region))), promise: promise)
    }

    func finish() {
        guard let context, responseStarted else { return }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let mustClose = !keepsAlive || inputClosed
        if mustClose { return closeSlowly(context) }
        exchange = nil
        request = nil
        task = nil
        responseStarted = false
        proceed(context)
    }

    /// How long a client whose request was not read to its end has to read the answer.
    private static let lingering = TimeAmount.milliseconds(500)

    /// Lets the client read the answer before a reset could take it away: what it still sends is not read.
    private func closeSlowly(_ context: ChannelHandlerContext) {
        let channel = context.channel
        let isOver = inputClosed || requestEnded
        exchange = nil
        task = nil
        context.close(mode: .output).assumeIsolated().whenComplete { _ in
            if isOver { return channel.close(promise: nil) }
            channel.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
        }
    }
}
