public import HostSystem
public import OrderedJSON
public import Primitives

extension EngineClient {
    /// Asks for a stream of JSON objects and does not wait for the answer.
    public func objectStream(_ path: String) throws(EngineError) -> ObjectStream {
        let connection = try connect()
        do throws(EngineError) {
            try request("GET", path, connection)
        } catch {
            connection.closeNow()
            throw error
        }
        return ObjectStream(client: self, path: path, connection: connection)
    }

    /// An answer of JSON objects that comes piece by piece, next to others: poll `connection`, then ask for `next`.
    public final class ObjectStream {
        public let connection: Descriptor
        private let client: EngineClient
        private let path: String
        private var reply: HTTPReply?
        private var pending: [UInt8] = []
        /// Nothing comes any more.
        public private(set) var isOver = false

        init(client: EngineClient, path: String, connection: Descriptor) {
            self.client = client
            self.path = path
            self.connection = connection
        }

        deinit { connection.closeNow() }

        /// Waits for the answer's head. Errors: what the server says.
        public func open() throws(EngineError) { _ = try opened() }

        private func opened() throws(EngineError) -> HTTPReply {
            if let reply { return reply }
            let head = try HTTPReply(connection, method: "GET", path: client.prefix + path)
            guard (200..<300).contains(head.status) else { throw client.failure(head) }
            reply = head
            return head
        }

        /// The objects that are here, after a wait when nothing is. Errors: what the server says.
        public func next() throws(EngineError) -> [JSONValue] {
            guard !isOver else { return [] }
            let isFirst = reply == nil
            let reply = try opened()
            // The head may have come alone.
            if isFirst && !reply.hasBuffered { return [] }
            repeat {
                let bytes = try reply.next()
                pending += bytes
                isOver = bytes.isEmpty
            } while reply.hasBuffered && !isOver
            return takeObjects()
        }

        private func takeObjects() -> [JSONValue] {
            var lines = pending.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            // What has no line end yet is an object only when nothing follows.
            pending = isOver ? [] : Array(lines.popLast() ?? [])
            return lines.compactMap { try? JSONValue(parsing: Array($0)) }
        }
    }
}
