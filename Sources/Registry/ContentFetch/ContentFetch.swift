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
    }

    /// Gives the content piece by piece, waiting for each to be taken; what the server says of it comes first.
    ///
    /// Errors: `badParameter` for a URL that is none, `notFound` and the like by the server's status, `unavailable` when
    /// the connection fails or ends early, and what `take` throws.
    public static func get(
        _ url: String, userAgent: String, head: (Head) async -> Void, _ take: ([UInt8]) async throws -> Void
    ) async throws(EngineError) {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw EngineError(.badParameter, "unsupported protocol scheme: \(url)")
        }
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .follow(max: 10, allowCycles: false),
            timeout: .init(connect: .seconds(30), read: .seconds(120)))
        configuration.proxy = Proxy.of(url)?.setting
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result = await fetch(url, client, userAgent, head, take)
        try? await client.shutdown()
        try result.get()
    }

    private static func fetch(
        _ url: String, _ client: HTTPClient, _ userAgent: String, _ head: (Head) async -> Void,
        _ take: ([UInt8]) async throws -> Void
    ) async -> Result<Void, EngineError> {
        do {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "User-Agent", value: userAgent)
            let response = try await client.execute(request, deadline: .distantFuture)
            guard (200..<300).contains(response.status.code) else {
                throw EngineError(
                    response.status == .notFound ? .notFound : .unavailable,
                    "Got HTTP status code >= 400: \(response.status.code) \(response.status.reasonPhrase)")
            }
            await head(Head(response.headers))
            for try await buffer in response.body { try await take(Array(buffer.readableBytesView)) }
            return .success(())
        } catch let error as EngineError {
            return .failure(error)
        } catch {
            return .failure(EngineError(.unavailable, "fetch \(url): \(error)", cause: error))
        }
    }
}

extension ContentFetch.Head {
    fileprivate init(_ headers: HTTPHeaders) {
        length = headers.first(name: "content-length").flatMap { Int64($0) }
        mediaType = headers.first(name: "content-type")
        lastModified = headers.first(name: "last-modified")
    }
}
