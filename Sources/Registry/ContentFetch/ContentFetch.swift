internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
public import Primitives

/// Fetches what a URL names, over HTTP and HTTPS, with proxies from the environment and up to ten redirects.
public enum ContentFetch {
    /// What a server says of the content before it comes.
    public struct Head: Sendable {
        /// Bytes.
        public var length: Int64?
        /// `Content-Type`, with its parameters.
        public var mediaType: String?
        /// `Last-Modified`, as it was sent.
        public var lastModified: String?
        /// `ETag`, with its quotes.
        public var tag: String?
        /// `Date`: the server's clock, as it was sent.
        public var date: String?
        /// False where `Cache-Control` says `no-store`.
        public var mayBeKept = true
    }

    /// By what a server tells whether its content is still what somebody has (RFC 9110, section 13.1).
    public struct Validators: Sendable, Hashable {
        public var tag: String?
        public var lastModified: String?

        public init(tag: String?, lastModified: String?) {
            self.tag = tag
            self.lastModified = lastModified
        }
    }

    /// What came of a question.
    public enum Answer: Sendable {
        /// All of it was taken.
        case content(Head)
        /// It is what it was; nothing came.
        case unchanged(Head)
    }

    /// Gives the content piece by piece, waiting for each to be taken; what the server says of it comes first. With
    /// `known` nothing comes when the server says that it is still that.
    ///
    /// Errors: `badParameter` for a URL that is none, `notFound` and the like by the server's status, `unavailable` when
    /// the connection fails or ends early, and what `take` throws.
    @discardableResult
    public static func get(
        _ url: String, userAgent: String, unless known: Validators? = nil, head: (Head) async -> Void,
        _ take: ([UInt8]) async throws -> Void
    ) async throws(EngineError) -> Answer {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw EngineError(.badParameter, "unsupported protocol scheme: \(shown(url))")
        }
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(30), read: .seconds(120)))
        configuration.proxy = Proxy.of(url)?.setting
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result = await fetch(request(url, userAgent, known), client, isKnown: known != nil, head, take)
        try? await client.shutdown()
        return try result.get()
    }

    private static func request(_ url: String, _ userAgent: String, _ known: Validators?) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "User-Agent", value: userAgent)
        if let tag = known?.tag { request.headers.add(name: "If-None-Match", value: tag) }
        if let time = known?.lastModified { request.headers.add(name: "If-Modified-Since", value: time) }
        return request
    }

    private static func fetch(
        _ request: HTTPClientRequest, _ client: HTTPClient, isKnown: Bool, _ head: (Head) async -> Void,
        _ take: ([UInt8]) async throws -> Void
    ) async -> Result<Answer, EngineError> {
        var request = request
        do {
            let response = try await follow(&request, client)
            let answer = Head(response.headers)
            if isKnown, response.status == .notModified { return .success(.unchanged(answer)) }
            guard (200..<300).contains(response.status.code) else {
                throw EngineError(
                    response.status == .notFound ? .notFound : .unavailable,
                    "Got HTTP status code >= 400: \(response.status.code) \(response.status.reasonPhrase)")
            }
            await head(answer)
            for try await buffer in response.body { try await take(Array(buffer.readableBytesView)) }
            return .success(.content(answer))
        } catch let error as EngineError {
            return .failure(error)
        } catch {
            let address = FetchAddress(request.url)
            return .failure(failure(request.url, ConnectionReason.text(of: error, dialled: address.dialled), error))
        }
    }

    /// The answer that is no redirect. `request` becomes the one that it answers.
    private static func follow(
        _ request: inout HTTPClientRequest, _ client: HTTPClient
    ) async throws -> HTTPClientResponse {
        for _ in 0...mostRedirects {
            let address = FetchAddress(request.url)
            guard let host = address.host, !host.isEmpty else {
                throw failure(request.url, "http: no Host in request URL")
            }
            if let problem = DialProblem.text(of: host) { throw failure(request.url, problem) }
            let response = try await client.execute(request, deadline: .distantFuture)
            guard [301, 302, 303, 307, 308].contains(response.status.code),
                let location = response.headers.first(name: "location")
            else { return response }
            guard let next = address.following(location) else {
                throw failure(request.url, "redirected to what is no web address")
            }
            request.url = next
        }
        throw failure(request.url, "stopped after \(mostRedirects) redirects")
    }

    private static let mostRedirects = 10

    private static func failure(_ url: String, _ reason: String, _ cause: (any Error)? = nil) -> EngineError {
        EngineError(.unavailable, "Get \"\(shown(url))\": \(reason)", cause: cause)
    }
}

extension ContentFetch.Head {
    fileprivate init(_ headers: HTTPHeaders) {
        length = headers.first(name: "content-length").flatMap { Int64($0) }
        mediaType = headers.first(name: "content-type")
        lastModified = headers.first(name: "last-modified")
        tag = headers.first(name: "etag")
        date = headers.first(name: "date")
        mayBeKept = !headers[canonicalForm: "cache-control"].contains { $0.lowercased() == "no-store" }
    }
}
