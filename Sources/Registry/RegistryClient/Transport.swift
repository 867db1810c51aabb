internal import AsyncHTTPClient
internal import ContentFetch
internal import ImageModel
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Primitives
internal import Synchronization

/// Sends requests to registries: TLS by host, proxies by URL, redirects by hand so that what is secret goes to nobody else.
final class Transport: Sendable {
    private let choice: EndpointChoice
    /// One client for each proxy there is and for none, and each twice: patient and not.
    private let state = Mutex(State())

    private struct State {
        var clients: [ClientKind: HTTPClient] = [:]
        var isShutDown = false
    }

    private struct ClientKind: Hashable {
        var proxy: Proxy?
        var patience: TimeAmount
    }

    private static let mostRedirects = 10
    /// Without a byte for so long a download counts as broken.
    private static let patience = TimeAmount.seconds(20)
    /// A registry may need so long to answer: it hashes a blob of gigabytes, say.
    private static let longPatience = TimeAmount.seconds(300)

    init(_ choice: EndpointChoice) {
        self.choice = choice
        // Made once before there are threads: docs/workarounds.md, `HTTPListener.init`.
        _ = ByteToMessageHandler(HTTPResponseDecoder())
    }

    func shutDown() async {
        let all = state.withLock { state in
            defer { state = State(isShutDown: true) }
            return Array(state.clients.values)
        }
        for client in all { try? await client.shutdown() }
    }

    /// The answer to a request; redirects are followed when it reads. Errors: `unreachable`, `invalid`.
    func send(_ request: Request) async throws(RegistryError) -> Answer {
        var request = request
        for _ in 0...Self.mostRedirects {
            let response = try await exchange(request)
            guard request.isReading, [301, 302, 303, 307, 308].contains(response.status.code),
                let location = response.headers.first(name: "location")
            else { return Answer(response: response, url: request.url) }
            guard let next = request.url.resolving(location) else {
                throw RegistryError(.invalid, "Get \"\(request.url.shown)\": redirected to what is no web address")
            }
            if next.origin != request.url.origin {
                request.headers.remove(name: "Authorization")
                request.isVerified = await !choice.isInsecure(next.authority)
            }
            request.url = next
        }
        throw RegistryError(.invalid, "Get \"\(request.url.shown)\": stopped after \(Self.mostRedirects) redirects")
    }

    private func exchange(_ request: Request) async throws(RegistryError) -> HTTPClientResponse {
        if let problem = DialProblem.text(of: request.url.authority) {
            throw RegistryError(.unreachable, "Get \"\(request.url.shown)\": \(problem)")
        }
        var outgoing = HTTPClientRequest(url: request.url.description)
        outgoing.method = request.method
        outgoing.headers = request.headers
        outgoing.headers.replaceOrAdd(name: "User-Agent", value: choice.configuration.userAgent)
        switch request.body {
        case .bytes(let bytes)?: outgoing.body = .bytes(ByteBuffer(bytes: bytes))
        case .stream(let stream)?: outgoing.body = .stream(stream, length: .unknown)
        case nil: break
        }
        if request.url.isSecure {
            outgoing.tlsConfiguration = try HostCertificates.configuration(
                for: request.url.authority, in: choice.configuration.certificates, isVerified: request.isVerified)
        }
        guard let client = client(for: request) else {
            throw RegistryError(.unreachable, "the engine is shutting down")
        }
        do {
            return try await client.execute(outgoing, deadline: request.deadline)
        } catch {
            throw ConnectionFailure.error(error, request.method.rawValue, request.url)
        }
    }

    /// Nil after the end.
    private func client(for request: Request) -> HTTPClient? {
        let proxy = Proxy.of(request.url.description)
        let patience = request.isDownload ? Self.patience : Self.longPatience
        let key = ClientKind(proxy: proxy, patience: patience)
        return state.withLock { state in
            if state.isShutDown { return nil }
            if let client = state.clients[key] { return client }
            var configuration = HTTPClient.Configuration(
                redirectConfiguration: .disallow,
                timeout: .init(connect: .seconds(10), read: patience, write: .seconds(60)))
            configuration.proxy = proxy.map(\.setting)
            configuration.httpVersion = .http1Only
            configuration.connectionPool.retryConnectionEstablishment = false
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            state.clients[key] = client
            return client
        }
    }
}

extension Proxy {
    fileprivate var setting: HTTPClient.Configuration.Proxy {
        guard let authorization else { return .server(host: host, port: port) }
        return .server(host: host, port: port, authorization: .basic(credentials: authorization))
    }
}

/// A request as it is sent.
struct Request: Sendable {
    enum Body: Sendable {
        /// All of it.
        case bytes([UInt8])
        case stream(StreamedBody)
    }

    var method: HTTPMethod
    var url: WebAddress
    var isVerified: Bool
    var headers = HTTPHeaders()
    var body: Body?
    /// When everything but a streamed body has to be over.
    var deadline: NIODeadline

    init(_ method: HTTPMethod, _ url: WebAddress, isVerified: Bool, deadline: NIODeadline = .distantFuture) {
        self.method = method
        self.url = url
        self.isVerified = isVerified
        self.deadline = deadline
    }

    /// What comes in many pieces, at its own pace.
    var isDownload: Bool { method == .GET && deadline == .distantFuture }
    var isReading: Bool { method == .GET || method == .HEAD }

    /// Two minutes for what is small.
    static var soon: NIODeadline { .now() + .seconds(120) }
}

/// A head, with a body still to come.
struct Answer: Sendable {
    let response: HTTPClientResponse
    /// Where it came from at last.
    let url: WebAddress

    var status: Int { Int(response.status.code) }
    var isSuccess: Bool { (200..<300).contains(status) }
    func header(_ name: String) -> String? { response.headers.first(name: name) }
    var length: Int64? { header("content-length").flatMap { Int64($0) } }

    /// The whole body. Errors: `invalid` past `limit` bytes, `unreachable`.
    func collect(limit: Int, _ what: String) async throws(RegistryError) -> [UInt8] {
        let tooLarge = RegistryError(.invalid, "\(what) from \(url.shown) is larger than \(limit) bytes")
        guard length ?? 0 <= Int64(limit) else { throw tooLarge }
        var bytes: [UInt8] = []
        do {
            for try await buffer in response.body {
                guard bytes.count + buffer.readableBytes <= limit else { throw tooLarge }
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        } catch let error as RegistryError {
            throw error
        } catch {
            throw ConnectionFailure.error(error, "GET", url)
        }
        return bytes
    }

    /// The error it stands for.
    func failure() async -> RegistryError {
        let body = (try? await collect(limit: RegistryFailure.maximumBody, "the error")) ?? []
        return RegistryFailure.error(status: status, headers: response.headers, body: body, url: url)
    }

    /// Reads away what is left, so that the connection can be used again.
    func drop() async { _ = try? await collect(limit: RegistryFailure.maximumBody, "the answer") }
}
