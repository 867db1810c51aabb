internal import HostSystem
public import OrderedJSON
public import Primitives

extension EngineClient {
    /// The body of a request that is made while it is sent.
    public final class Upload {
        private let connection: Descriptor
        private var waiting: [UInt8] = []
        /// Bytes of the body so far.
        public private(set) var count: Int64 = 0
        /// The engine takes no more; its answer says why.
        public private(set) var isRefused = false

        init(_ connection: Descriptor) { self.connection = connection }

        /// Errors: `unavailable` once the engine takes no more; whoever makes the body passes it on.
        public func write(_ bytes: some Collection<UInt8>) throws(EngineError) {
            count += Int64(bytes.count)
            waiting += bytes
            if waiting.count >= 128 << 10 { try flush() }
        }

        func finish() throws(EngineError) {
            try flush()
            try send([])
        }

        private func flush() throws(EngineError) {
            guard !waiting.isEmpty else { return }
            try send(waiting)
            waiting.removeAll(keepingCapacity: true)
        }

        private func send(_ chunk: [UInt8]) throws(EngineError) {
            do throws(EngineError) {
                try connection.write(Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + [13, 10])
            } catch {
                isRefused = true
                throw error
            }
        }
    }

    /// Sends a POST whose body `make` writes, and gives the answer's JSON objects one by one, until `take` says that it wants
    /// no more. `idle` is called some ten times a second while nothing comes.
    ///
    /// Errors: what the server says, or what the closures throw.
    public func objects(
        _ path: String, headers: [(String, String)], body make: ((Upload) throws -> Void)?, idle: () throws -> Void,
        _ take: (JSONValue) throws -> Bool
    ) throws {
        let connection = try connect()
        defer { connection.closeNow() }
        try request("POST", path, connection, leavesBodyOpen: make != nil, headers: headers)
        if let make {
            let upload = Upload(connection)
            do {
                try make(upload)
                try upload.finish()
            } catch {
                guard upload.isRefused else { throw error }
            }
        }
        try wait(for: connection, idle)
        let reply = try HTTPReply(connection, method: "POST", path: prefix + path)
        guard (200..<300).contains(reply.status) else { throw failure(reply) }
        var (lines, goesOn) = (ObjectLines(), true)
        let takeNext: (JSONValue) throws -> Void = { if goesOn { goesOn = try take($0) } }
        while goesOn {
            if !reply.hasBuffered { try wait(for: connection, idle) }
            let bytes = try reply.next()
            guard !bytes.isEmpty else { return try lines.finish(takeNext) }
            try lines.add(bytes, takeNext)
        }
    }

    private func wait(for connection: Descriptor, _ idle: () throws -> Void) throws {
        while Descriptor.wait(for: [connection], milliseconds: 100).isEmpty { try idle() }
    }
}
