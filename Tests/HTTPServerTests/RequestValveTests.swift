import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServer

/// What of a connection's bytes may go to the HTTP decoder, and what may be a session's already (RFC 9112).
@Suite struct RequestValveTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(RequestValve(limit: 1000, patience: .seconds(1)))
        return channel
    }

    private func passed(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let buffer = try channel.readInbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    private func valve(_ channel: EmbeddedChannel) throws -> RequestValve {
        try channel.pipeline.syncOperations.handler(type: RequestValve.self)
    }

    @Test func whatComesBehindARequestIsHeld() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b"))
        #expect(try passed(channel) == "GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(String(buffer: try valve(channel).release()) == "GET /b")
    }

    @Test func theNextRequestPassesWhenTheFirstIsAnswered() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n"))
        _ = try passed(channel)
        let context = try channel.pipeline.syncOperations.context(handlerType: RequestValve.self)
        try valve(channel).next(context)
        #expect(try passed(channel) == "GET /b HTTP/1.1\r\n\r\n")
    }

    @Test func aBodyPassesToItsLastByte() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel"))
        try channel.writeInbound(ByteBuffer(string: "lo and input"))
        #expect(try passed(channel).hasSuffix("\r\n\r\nhello"))
        #expect(String(buffer: try valve(channel).release()) == " and input")
    }

    @Test func aHeadMayComeInPieces() throws {
        let channel = try channel()
        for byte in "GET / HTTP/1.1\r\nA: b\r\n\r\n".utf8 { try channel.writeInbound(ByteBuffer(bytes: [byte])) }
        #expect(try passed(channel) == "GET / HTTP/1.1\r\nA: b\r\n\r\n")
    }

    @Test func headsWithoutEndAndNoiseAreRefused() throws {
        for bytes in [Array("GET /".utf8) + [UInt8](repeating: 97, count: 2000), [0x16, 3, 1, 2]] {
            let channel = try channel()
            #expect(throws: RequestError.self) { try channel.writeInbound(ByteBuffer(bytes: bytes)) }
        }
    }

    @Test func framingIsReadFromTheHead() {
        #expect(HeadFraming("GET / HTTP/1.1\r\ncontent-LENGTH:  12 \r\n\r\n".utf8).length == 12)
        #expect(HeadFraming("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".utf8).isChunked)
        #expect(HeadFraming("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n".utf8).length == 0)
        #expect(HeadFraming("GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n".utf8).length == 0)
    }
}
