internal import AsyncHTTPClient
internal import ContentFetch
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Primitives

/// Sends requests to one bucket: signed, and again after a while when the service is busy or the connection breaks.
final class S3Client: Sendable {
    private static let documentLimit = 8 << 20
    private static let connections = 64
    /// Without a byte for so long a connection counts as broken.
    private static let patience = TimeAmount.seconds(60)

    let place: S3Place
    let bucket: String
    private let signer: RequestSigner
    private let userAgent: String
    private let http: HTTPClient

    /// Errors: `badParameter` for an endpoint that is no address.
    init(_ settings: S3Settings) throws(EngineError) {
        place = try settings.place()
        bucket = settings.bucket
        signer = RequestSigner(keys: settings.keys, region: settings.region)
        userAgent = settings.userAgent
        // Made once before there are threads: docs/workarounds.md, `HTTPListener.init`.
        _ = ByteToMessageHandler(HTTPResponseDecoder())
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: Self.patience, write: Self.patience))
        if !settings.isVerified {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.certificateVerification = .none
            configuration.tlsConfiguration = tls
        }
        configuration.proxy = Proxy.of("\(place.scheme)://\(place.authority)/")?.setting
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connections
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections. Call it before the object goes.
    func shutDown() async { try? await http.shutdown() }

    /// An answer that is well, its body still to come. Errors: `S3Failure`, and `unavailable` when the service can't be
    /// reached, both after some tries where another may go better.
    func send(_ request: S3Request) async throws -> HTTPClientResponse {
        try await again { try await self.once(request) }
    }

    /// Headers alone; the body is read away.
    func headers(_ request: S3Request) async throws -> HTTPHeaders {
        try await again {
            let response = try await self.once(request)
            _ = try await self.body(of: response)
            return response.headers
        }
    }

    /// A document. A failure in place of it, which comes with status 200 when it took long to find out, is one too.
    func document(_ request: S3Request) async throws -> XMLElement {
        try await again {
            let response = try await self.once(request)
            guard let document = XMLElement(parsing: try await self.body(of: response)) else {
                throw EngineError(.unavailable, "the S3 service answers what is no XML")
            }
            if document.name == "Error" { throw S3Failure(status: 200, document: document) }
            return document
        }
    }

    /// A small object. Errors: `unavailable` past `limit` bytes too.
    func content(_ request: S3Request, limit: Int) async throws -> [UInt8] {
        try await again { try await self.body(of: try await self.once(request), limit: limit) }
    }

    /// Where anybody gets an object for `seconds`.
    func address(_ key: String, seconds: Int) -> String {
        let path = place.path(of: key)
        let signed = RequestSigner.Signed(method: "GET", path: path, headers: [("host", place.authority)])
        let query = signer.query(signed, seconds: seconds, at: .now())
        return "\(place.scheme)://\(place.authority)\(path)?\(RequestSigner.text(query))"
    }

    // MARK: One try

    private func again<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        var backOff = BackOff()
        while true {
            do { return try await body() } catch {
                guard Self.isTemporary(error), !Task.isCancelled, let pause = backOff.pause() else { throw error }
                try await Task.sleep(for: pause)
            }
        }
    }

    private static func isTemporary(_ error: any Error) -> Bool {
        switch error {
        case let failure as S3Failure: failure.isTemporary
        case is EngineError, is CancellationError: false
        default: true
        }
    }

    private func once(_ request: S3Request) async throws -> HTTPClientResponse {
        let path = request.key.isEmpty ? place.path.isEmpty ? "/" : place.path : place.path(of: request.key)
        let signed = RequestSigner.Signed(
            method: request.method.rawValue, path: path, query: request.query,
            headers: request.headers + [("host", place.authority)])
        let query = request.query.isEmpty ? "" : "?" + RequestSigner.text(request.query)
        var outgoing = HTTPClientRequest(url: "\(place.scheme)://\(place.authority)\(path)\(query)")
        outgoing.method = request.method
        let proof = signer.headers(signed, payload: RequestSigner.payload(request.body), at: .now())
        for (name, value) in signed.headers + proof { outgoing.headers.add(name: name, value: value) }
        outgoing.headers.add(name: "user-agent", value: userAgent)
        if request.body.readableBytes > 0 || request.method == .PUT { outgoing.body = .bytes(request.body) }
        let response = try await http.execute(outgoing, deadline: .distantFuture)
        guard (200..<300).contains(response.status.code) else {
            let body = (try? await self.body(of: response)) ?? []
            throw S3Failure(status: Int(response.status.code), body: body)
        }
        return response
    }

    private func body(of response: HTTPClientResponse, limit: Int = documentLimit) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in response.body {
            guard bytes.count + buffer.readableBytes <= limit else {
                throw EngineError(.unavailable, "the S3 service answers with more than \(limit) bytes")
            }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }
}

/// Runs what talks to S3; its errors become a storage's.
func storing<Result>(
    _ name: some CustomStringConvertible, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Result
) async throws(EngineError) -> Result {
    do { return try await body() } catch let error as EngineError { throw error } catch let failure as S3Failure {
        throw failure.error("\(name)")
    } catch {
        throw EngineError(.unavailable, "\(name): the S3 service can't be reached", cause: error)
    }
}
