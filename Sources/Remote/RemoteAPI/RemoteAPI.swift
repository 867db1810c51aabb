public import APIModel
public import HTTPServer
public import Logging
internal import Primitives

/// What a server says of itself in its headers.
public struct RemoteAPISettings: Sendable {
    /// The engine's own version, for the `Server` header.
    public var serverVersion: String
    /// The value of `Access-Control-Allow-Origin`; nil leaves the CORS headers out.
    public var corsOrigin: String?

    public init(serverVersion: String, corsOrigin: String? = nil) {
        self.serverVersion = serverVersion
        self.corsOrigin = corsOrigin
    }
}

/// Docker's Remote API over any backend: finds the route, decodes, asks the backend, encodes for the caller's version.
public final class RemoteAPI: RequestHandler {
    let backend: any EngineBackend
    let logger: Logger
    private let standing: StandingHeaders
    private let ping: PingAnswers
    private let router: Router

    public init(backend: any EngineBackend, settings: RemoteAPISettings, logger: Logger) {
        self.backend = backend
        self.logger = logger
        standing = StandingHeaders(settings)
        ping = PingAnswers(standing)
        router = Router(
            containerRoutes + containerStreamRoutes + containerArchiveRoutes + commitRoutes + execRoutes + imageRoutes
                + imageTransferRoutes + registryRoutes + buildRoutes + networkRoutes + serviceRoutes + volumeRoutes
                + systemRoutes + swarmRoutes + missingRoutes)
    }

    /// `/_ping` is answered without leaving the event loop and without asking any lock.
    public func immediate(_ request: Request) -> Response? {
        guard let version = PingAnswers.version(of: request), version == nil || servedVersion(version) else {
            return nil
        }
        return request.method == "HEAD" ? ping.head : ping.get
    }

    private func servedVersion(_ version: APIVersion?) -> Bool {
        version.map { $0 >= .minimum && $0 <= .current } ?? true
    }

    public func handle(_ exchange: Exchange) async {
        let target = RequestTarget(exchange.request.target)
        do throws(EngineError) {
            let version = try target.checkedVersion()
            guard exchange.request.method != "OPTIONS" else { return await respond(exchange, Response(status: 200)) }
            guard let (route, name) = router.find(exchange.request.method, target.path) else {
                return await respond(exchange, .notFound(for: target))
            }
            var call = Call(
                exchange: exchange, version: version, name: name, query: target.query, backend: backend,
                standing: standing)
            if route.body == .form { try await call.mergeForm() }
            if let response = try await route.action(call) { await respond(exchange, response) }
        } catch {
            if error.kind == .internal { logger.error("\(exchange.request.method) \(target.path): \(error)") }
            await respond(exchange, .failure(error, for: target))
        }
    }

    private func respond(_ exchange: Exchange, _ response: Response) async {
        var response = response
        response.headers += standing.fields
        await exchange.respond(response)
    }
}
