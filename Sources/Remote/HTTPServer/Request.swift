public import NIOHTTP1

/// The head of a request.
public struct Request: Sendable {
    public var method: String
    /// Path and query as they came.
    public var target: String
    public var headers: HTTPHeaders
    public var isHTTP10: Bool

    init(_ head: HTTPRequestHead) {
        method = head.method.rawValue
        target = head.uri
        headers = head.headers
        isHTTP10 = head.version == .http1_0
    }

    /// The first value of a header, names compared without case.
    public func header(_ name: String) -> String? { headers.first(name: name) }
}

/// A whole answer.
public struct Response: Sendable {
    public var status: Int
    public var headers: [(String, String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// What a server serves. `immediate` is asked first, on the event loop: it must not block, and nil goes on to `handle`.
public protocol RequestHandler: Sendable {
    func immediate(_ request: Request) -> Response?
    /// Answers the exchange, once. Cancelled when the client leaves.
    func handle(_ exchange: Exchange) async
}

/// What went wrong between client and server, as far as a handler can know.
public enum ExchangeError: Error, Sendable {
    /// The client is gone.
    case disconnected
    /// The body is longer than the handler takes.
    case bodyTooLarge
    case internalFailure(String)
}
