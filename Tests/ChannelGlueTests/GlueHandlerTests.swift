import ChannelGlue
import NIOCore
import NIOEmbedded
import Testing

@Suite struct GlueHandlerTests {
    private struct Pair {
        let client = EmbeddedChannel()
        let container = EmbeddedChannel()
        let left: GlueHandler

        init(
            filter: ((inout ByteBuffer) -> Bool)? = nil, endsAfter: ((any EventLoop) -> EventLoopFuture<Void>)? = nil
        ) throws {
            let halves = GlueHandler.pair(filter: filter, endsAfter: endsAfter?(client.eventLoop))
            left = halves.client
            try client.pipeline.syncOperations.addHandler(halves.client)
            try container.pipeline.syncOperations.addHandler(halves.container)
            try client.connect(to: SocketAddress(unixDomainSocketPath: "/c")).wait()
            try container.connect(to: SocketAddress(unixDomainSocketPath: "/s")).wait()
        }

        func sent(_ channel: EmbeddedChannel) throws -> String {
            var text = ""
            while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
            return text
        }
    }

    @Test func whatComesEarlyWaitsForTheOtherHalf() throws {
        let pair = try Pair()
        try pair.client.writeInbound(ByteBuffer(string: "one "))
        try pair.client.writeInbound(ByteBuffer(string: "two"))
        #expect(try pair.sent(pair.container) == "")
        pair.left.join()
        #expect(try pair.sent(pair.container) == "one two")
    }

    @Test func bytesGoBothWays() throws {
        let pair = try Pair()
        pair.left.join()
        try pair.client.writeInbound(ByteBuffer(string: "in"))
        try pair.container.writeInbound(ByteBuffer(string: "out"))
        #expect(try pair.sent(pair.container) == "in")
        #expect(try pair.sent(pair.client) == "out")
    }

    @Test func theFilterShortensAndEnds() throws {
        let pair = try Pair(filter: { buffer in
            buffer = ByteBuffer(string: "x")
            return true
        })
        pair.left.join()
        _ = try? pair.client.writeInbound(ByteBuffer(string: "secret"))
        #expect(try pair.sent(pair.container) == "" || !pair.container.isActive)
        #expect(!pair.client.isActive && !pair.container.isActive)
    }

    @Test func theEndOfTheOutputWaitsForWhatItIsHeldBy() throws {
        let loop = EmbeddedEventLoop()
        let promise = loop.makePromise(of: Void.self)
        let halves = GlueHandler.pair(filter: nil, endsAfter: promise.futureResult)
        let client = EmbeddedChannel(loop: loop)
        let container = EmbeddedChannel(loop: loop)
        try client.pipeline.syncOperations.addHandler(halves.client)
        try container.pipeline.syncOperations.addHandler(halves.container)
        try client.connect(to: SocketAddress(unixDomainSocketPath: "/c")).wait()
        try container.connect(to: SocketAddress(unixDomainSocketPath: "/s")).wait()
        halves.client.join()
        // The client has said all it had to say, so that the end closes its connection.
        client.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        try container.writeInbound(ByteBuffer(string: "last words"))
        container.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        loop.run()
        #expect(client.isActive)
        promise.succeed()
        loop.run()
        #expect(try client.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "last words"))
        #expect(!client.isActive)
    }
}
