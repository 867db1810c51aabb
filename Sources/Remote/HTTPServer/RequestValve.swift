internal import NIOCore

/// In front of the HTTP decoder: lets through one request at a time and holds what comes behind it.
///
/// The decoder would take those bytes for the next request, but they may be the first input of a session that takes the
/// connection over. Also bounds a request's head in size and time.
final class RequestValve: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum Stage {
        case head
        /// Bytes of the body that are still to come.
        case body(Int)
        /// Only the decoder knows where this ends. Once in this stage a connection stays in it.
        case chunked
        /// The request is through; the next waits for its answer.
        case shut
    }

    private let limit: Int
    private let patience: TimeAmount
    private var stage = Stage.head
    private var held = ByteBuffer()
    private var scanned = 0
    private var isRunning = false
    private var clock: Scheduled<Void>?

    /// `limit`: bytes of a head. `patience`: from its first byte to its last.
    init(limit: Int, patience: TimeAmount) {
        self.limit = limit
        self.patience = patience
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = buffer } else { held.writeBuffer(&buffer) }
        run(context)
    }

    /// The answer is out: lets the next request through.
    func next(_ context: ChannelHandlerContext) {
        if case .chunked = stage { return }
        stage = .head
        run(context)
    }

    /// What was held back, for whoever takes the connection over.
    func release() -> ByteBuffer {
        stage = .chunked
        defer { held = ByteBuffer() }
        return held
    }

    func channelInactive(context: ChannelHandlerContext) {
        clock?.cancel()
        context.fireChannelInactive()
    }

    /// A loop rather than recursion: an answer given at once calls `next` from within.
    private func run(_ context: ChannelHandlerContext) {
        guard !isRunning else { return }
        isRunning = true
        defer { isRunning = false }
        while held.readableBytes > 0, step(context) {}
    }

    private func step(_ context: ChannelHandlerContext) -> Bool {
        switch stage {
        case .head: return passHead(context)
        case .body(let rest):
            guard let part = held.readSlice(length: min(rest, held.readableBytes)) else { return false }
            stage = part.readableBytes == rest ? .shut : .body(rest - part.readableBytes)
            context.fireChannelRead(wrapInboundOut(part))
            return true
        case .chunked:
            let all = held
            held = ByteBuffer()
            context.fireChannelRead(wrapInboundOut(all))
            return false
        case .shut: return false
        }
    }

    private func passHead(_ context: ChannelHandlerContext) -> Bool {
        if scanned == 0 { skipLineEnds() }
        guard let first = held.getInteger(at: held.readerIndex, as: UInt8.self) else { return false }
        guard (UInt8(ascii: "A")...UInt8(ascii: "z")).contains(first) else { return refuse(.notHTTP, context) }
        guard let end = endOfHead(), end <= limit else {
            if held.readableBytes > limit { return refuse(.headTooLarge, context) }
            startClock(context)
            return false
        }
        clock?.cancel()
        clock = nil
        scanned = 0
        guard let head = held.readSlice(length: end) else { return false }
        stage = Self.stage(after: HeadFraming(head.readableBytesView))
        context.fireChannelRead(wrapInboundOut(head))
        return true
    }

    private static func stage(after framing: HeadFraming) -> Stage {
        if framing.isChunked { return .chunked }
        return framing.length > 0 ? .body(framing.length) : .shut
    }

    private func refuse(_ error: RequestError, _ context: ChannelHandlerContext) -> Bool {
        held = ByteBuffer()
        stage = .shut
        context.fireErrorCaught(error)
        return false
    }

    /// Empty lines before a request line are skipped (RFC 9112, 2.2).
    private func skipLineEnds() {
        while let byte = held.getInteger(at: held.readerIndex, as: UInt8.self), byte == 13 || byte == 10 {
            held.moveReaderIndex(forwardBy: 1)
        }
    }

    /// The length of the head with its empty line; nil while that hasn't come. Bytes are looked at once.
    private func endOfHead() -> Int? {
        held.withUnsafeReadableBytes { bytes in
            var index = max(scanned, 1)
            while index < bytes.count {
                if bytes[index] == 10,
                    bytes[index - 1] == 10 || (index > 2 && bytes[index - 1] == 13 && bytes[index - 2] == 10)
                {
                    return index + 1
                }
                index += 1
            }
            scanned = bytes.count
            return nil
        }
    }

    private func startClock(_ context: ChannelHandlerContext) {
        guard clock == nil else { return }
        let channel = context.channel
        clock = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
}

/// Why a request wasn't even looked at.
enum RequestError: Error {
    case notHTTP
    case headTooLarge

    var status: Int { self == .headTooLarge ? 431 : 400 }
}

/// How a head says its body ends. What it says wrong the decoder refuses.
struct HeadFraming {
    var length = 0
    var isChunked = false

    init(_ head: some Collection<UInt8>) {
        for line in head.split(separator: 10).dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = line[..<colon]
            if Self.matches(name, "content-length") {
                length = Self.number(line[line.index(after: colon)...])
            } else if Self.matches(name, "transfer-encoding") {
                isChunked = true
            }
        }
    }

    private static func matches(_ name: some Collection<UInt8>, _ wanted: StaticString) -> Bool {
        guard name.count == wanted.utf8CodeUnitCount else { return false }
        return zip(name, 0..<name.count).allSatisfy { byte, index in byte | 0x20 == wanted.utf8Start[index] }
    }

    private static func number(_ text: some Sequence<UInt8>) -> Int {
        var value = 0
        for byte in text where byte != 32 && byte != 9 && byte != 13 {
            guard (48...57).contains(byte) else { return 0 }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = scaled.addingReportingOverflow(Int(byte - 48))
            if overflow || carried { return 0 }
            value = sum
        }
        return value
    }
}
