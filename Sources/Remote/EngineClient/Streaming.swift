public import HostSystem
public import OrderedJSON
public import Primitives

extension EngineClient {
    /// A connection that was taken over: bytes both ways, what the server sent early first.
    public struct Session: Sendable {
        public var connection: Descriptor
        public var early: [UInt8]
        /// Output is framed by stream.
        public var isMultiplexed: Bool
    }

    /// Attach and exec: the connection becomes the stream. Errors: what the server says.
    public func hijack(_ path: String, body: (any Encodable)? = nil, tty: Bool) throws(EngineError) -> Session {
        let connection = try connect()
        do throws(EngineError) {
            let bytes = try body.map { value throws(EngineError) in try Self.encode(value) }
            let reply = try send(
                "POST", path, connection, body: bytes, headers: [("Connection", "Upgrade"), ("Upgrade", "tcp")])
            guard reply.status == 101 || reply.status == 200 else { throw failure(reply) }
            return Session(connection: connection, early: reply.takeBuffered(), isMultiplexed: !tty)
        } catch {
            connection.closeNow()
            throw error
        }
    }

    /// Gives the answer's bytes as they come. Errors: what the server says, or what `take` throws.
    public func stream(
        _ method: String, _ path: String, source: Descriptor? = nil, headers: [(String, String)] = [],
        _ take: ([UInt8]) throws -> Void
    ) throws {
        let connection = try connect()
        defer { connection.closeNow() }
        let reply = try send(method, path, connection, source: source, headers: headers)
        guard (200..<300).contains(reply.status) else { throw failure(reply) }
        while true {
            let bytes = try reply.next()
            if bytes.isEmpty { return }
            try take(bytes)
        }
    }

    /// Gives the JSON objects of a stream one by one.
    public func objects(
        _ method: String, _ path: String, source: Descriptor? = nil, headers: [(String, String)] = [],
        _ take: (JSONValue) throws -> Void
    ) throws {
        var lines = ObjectLines()
        try stream(method, path, source: source, headers: headers) { try lines.add($0, take) }
        try lines.finish(take)
    }

    /// A wait that is registered when this returns: read its answer from the connection with `finishWait`.
    public func startWait(_ id: String, condition: String) throws(EngineError) -> PendingReply {
        let connection = try connect()
        let reply = try send("POST", "/containers/\(Self.escape(id))/wait?condition=\(condition)", connection)
        guard (200..<300).contains(reply.status) else { throw failure(reply) }
        return PendingReply(connection: connection, reply: reply)
    }

    /// An answer whose head is here and whose body will come.
    public final class PendingReply {
        public let connection: Descriptor
        private let reply: HTTPReply

        init(connection: Descriptor, reply: HTTPReply) {
            self.connection = connection
            self.reply = reply
        }

        deinit { connection.closeNow() }

        /// Blocks until the body is here.
        public func value() throws(EngineError) -> JSONValue {
            let bytes = try reply.collect()
            do { return try JSONValue(parsing: bytes) } catch {
                throw EngineError(.unavailable, "the engine ended before it answered", cause: error)
            }
        }
    }

    /// A name for a path or a query.
    public static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"),
                UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "@"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return result
    }
}

/// JSON objects that come a line each, in pieces.
struct ObjectLines {
    private var pending: [UInt8] = []

    mutating func add(_ bytes: [UInt8], _ take: (JSONValue) throws -> Void) throws {
        pending += bytes
        while let end = pending.firstIndex(of: 10) {
            let line = Array(pending[..<end])
            pending.removeFirst(end + 1)
            if let value = try? JSONValue(parsing: line) { try take(value) }
        }
    }

    /// What has no line end counts when nothing follows.
    mutating func finish(_ take: (JSONValue) throws -> Void) throws {
        if let value = try? JSONValue(parsing: pending) { try take(value) }
    }
}
