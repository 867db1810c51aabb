public import APIModel
internal import HostSystem
public import OrderedJSON
public import Primitives
public import TLSTunnel

/// Talks to an engine, one connection a call. Calls block.
public struct EngineClient: Sendable {
    /// Where the engine listens.
    public enum Address: Sendable, Hashable {
        case unix(String)
        case tcp(host: String, port: UInt16)

        /// `unix://path`, `tcp://host:port`, `host:port`. Errors: `badParameter`.
        public init(_ text: String) throws(EngineError) {
            if text.hasPrefix("unix://") {
                let path = String(text.dropFirst("unix://".count))
                self = .unix(path.isEmpty ? "/var/run/docker.sock" : path)
                return
            }
            let address = text.hasPrefix("tcp://") ? text.dropFirst("tcp://".count) : Substring(text)
            guard !address.contains("/"), let colon = address.lastIndex(of: ":"),
                let port = UInt16(address[address.index(after: colon)...])
            else { throw EngineError(.badParameter, "Invalid bind address format: \(text)") }
            let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
            self = .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
        }
    }

    public static let noEngine = "Cannot connect to the Docker daemon. Is 'docker -d' running on this host?"

    let address: Address
    /// Nil speaks plainly. Unix sockets have no TLS.
    let identity: TLSIdentity?
    /// Of every call, beside its own.
    let headers: [(String, String)]
    let prefix: String

    public init(_ address: Address, identity: TLSIdentity? = nil, headers: [(String, String)] = []) {
        self.init(address, identity, headers, .current)
    }

    private init(_ address: Address, _ identity: TLSIdentity?, _ headers: [(String, String)], _ version: APIVersion) {
        self.address = address
        self.identity = identity
        self.headers = headers
        prefix = "/v\(version)"
    }

    /// The same engine in an older version, for calls that newer ones don't have.
    public func speaking(_ version: APIVersion) -> EngineClient {
        EngineClient(address, identity, headers, version)
    }

    func connect() throws(EngineError) -> Descriptor {
        do throws(EngineError) {
            switch address {
            case .unix(let path): return try Connection.unix(path)
            case .tcp(let host, let port):
                let connection = try Connection.tcp(host: host, port: port)
                guard let identity else { return connection }
                return try TLSTunnel.open(over: connection, host: host, identity: identity)
            }
        } catch {
            switch error.kind {
            case .badParameter: throw error
            case .notFound: throw EngineError(.unavailable, Self.noEngine, cause: error)
            default:
                throw EngineError(.unavailable, "An error occurred trying to connect: \(error.message)", cause: error)
            }
        }
    }

    /// Sends a request and reads the answer's head.
    func send(
        _ method: String, _ path: String, _ connection: Descriptor, body: [UInt8]? = nil, source: Descriptor? = nil,
        headers: [(String, String)] = []
    ) throws(EngineError) -> HTTPReply {
        try request(method, path, connection, body: body, source: source, headers: headers)
        return try HTTPReply(connection, method: method, path: prefix + path)
    }

    /// Sends a request. `body` is sent whole; `source` in chunks until its end; with `leavesBodyOpen` the caller sends
    /// chunks.
    func request(
        _ method: String, _ path: String, _ connection: Descriptor, body: [UInt8]? = nil, source: Descriptor? = nil,
        leavesBodyOpen: Bool = false, headers: [(String, String)] = []
    ) throws(EngineError) {
        var head = "\(method) \(prefix)\(path) HTTP/1.1\r\nHost: docker\r\nUser-Agent: Docker-Client/1.7.0\r\n"
        for (name, value) in self.headers + headers { head += "\(name): \(value)\r\n" }
        if source != nil || leavesBodyOpen {
            head += "Transfer-Encoding: chunked\r\n"
        } else if let body {
            head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
        } else if method == "POST" || method == "PUT" {
            head += "Content-Length: 0\r\n"
        }
        try connection.write(Array(head.utf8) + [13, 10] + (body ?? []))
        if let source { try sendChunks(source, connection) }
    }

    /// An engine that refuses early closes its side; its answer is still there to be read.
    private func sendChunks(_ source: Descriptor, _ connection: Descriptor) throws(EngineError) {
        while true {
            let bytes = try source.read(limit: 128 << 10)
            let chunk = Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + [13, 10]
            do throws(EngineError) { try connection.write(chunk) } catch { return }
            if bytes.isEmpty { return }
        }
    }

    /// The error a status stands for, with the server's text.
    func failure(_ reply: HTTPReply) -> EngineError {
        let body = (try? reply.collect(limit: 1 << 20)) ?? []
        let parsed = (try? JSONValue(parsing: body))?["message"]?.stringValue
        var text = parsed ?? String(decoding: body, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        if text.isEmpty {
            text =
                "Error: request returned \(reply.reason) for API route and version \(reply.path), check if the server supports the requested API version"
            return EngineError(EngineError.Kind(httpStatus: reply.status), text)
        }
        return EngineError(EngineError.Kind(httpStatus: reply.status), text, cause: EngineAnswer(status: reply.status))
    }

    /// A call with a small answer. Not modified (304) is what the caller wanted. Errors: what the server says, by kind.
    @discardableResult
    public func call(
        _ method: String, _ path: String, body: [UInt8]? = nil, headers: [(String, String)] = []
    ) throws(EngineError) -> [UInt8] {
        let connection = try connect()
        defer { connection.closeNow() }
        let reply = try send(method, path, connection, body: body, headers: headers)
        guard (200..<400).contains(reply.status) else { throw failure(reply) }
        return try reply.collect()
    }

    /// A call that is answered with JSON.
    public func json(
        _ method: String, _ path: String, body: (any Encodable)? = nil, headers: [(String, String)] = []
    ) throws(EngineError) -> JSONValue {
        let bytes = try call(
            method, path, body: try body.map { value throws(EngineError) in try Self.encode(value) }, headers: headers)
        do { return try JSONValue(parsing: bytes) } catch {
            throw EngineError(.internal, "the engine's answer is not JSON: \(error)", cause: error)
        }
    }

    public func decode<Value: Decodable>(
        _ type: Value.Type, _ method: String, _ path: String, body: (any Encodable)? = nil,
        headers: [(String, String)] = []
    ) throws(EngineError) -> Value {
        do {
            return try OrderedJSONDecoder().decode(type, from: try json(method, path, body: body, headers: headers))
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.internal, "the engine's answer can't be read: \(error)", cause: error)
        }
    }

    static func encode(_ value: any Encodable) throws(EngineError) -> [UInt8] {
        do { return try OrderedJSONEncoder().encode(value) } catch {
            throw EngineError(.internal, "encode the request: \(error)", cause: error)
        }
    }
}

extension EngineClient {
    /// A call that sends JSON and has a small answer.
    @discardableResult
    public func call(_ method: String, _ path: String, encoding body: any Encodable) throws(EngineError) -> [UInt8] {
        try call(method, path, body: try Self.encode(body))
    }
}
