internal import OrderedJSON
internal import HostSystem
internal import HTTPServer
internal import Logging
internal import NIOCore
internal import Primitives
internal import RegistryStorage

/// What the configuration says about answers.
struct APISettings: Sendable {
    /// In front of `/v2/`; empty or `/registry`.
    var prefix = ""
    /// In front of the paths of answers; nil is what the client asked for.
    var host: String?
    var usesRelativeURLs = false
    /// For every answer.
    var headers: [(String, String)] = []
    var allowsDeletes = false
    var isReadOnly = false
    /// Sends clients for blobs to the storage, where it can answer them itself.
    var redirects = false
    var catalogLimit = 1000
}

/// The HTTP API V2 of a registry: routes to operations of the store, errors to its JSON.
final class RegistryAPI: RequestHandler {
    let store: RegistryStore
    let settings: APISettings
    let access: (any AccessControl)?
    let events: EventBroadcaster?
    let metrics: RegistryMetrics
    let health: HealthChecks
    let logger: Logger
    /// Where pulls look: the store, or a mirror, which asks its remote for what the store hasn't got.
    let contents: any PullContents
    private let isMirror: Bool
    private let threads: StorageThreads
    private let logsAccess: Bool
    private let standing: [(String, String)]
    private let date = DateLine()

    init(
        store: RegistryStore, settings: APISettings, threads: StorageThreads, logger: Logger, logsAccess: Bool = true,
        access: (any AccessControl)? = nil, events: EventBroadcaster? = nil, health: HealthChecks = HealthChecks(),
        mirror: (any PullContents)? = nil, metrics: RegistryMetrics = RegistryMetrics()
    ) {
        self.store = store
        self.settings = settings
        self.threads = threads
        self.logger = logger
        self.logsAccess = logsAccess
        self.access = access
        self.events = events
        self.health = health
        contents = mirror ?? store
        isMirror = mirror != nil
        self.metrics = metrics
        standing = [("Docker-Distribution-Api-Version", "registry/2.0")] + settings.headers
    }

    func immediate(_ request: Request) -> Response? { nil }

    /// On the storage's threads throughout: what it takes from the disk may block them.
    func handle(_ exchange: Exchange) async {
        await withTaskExecutorPreference(threads) { await answer(exchange) }
    }

    private func answer(_ exchange: Exchange) async {
        let began = ContinuousClock.now
        metrics.began()
        var line = AccessLine(exchange)
        let answer = await outcome(of: exchange, &line)
        await send(answer, on: exchange, &line)
        line.duration = ContinuousClock.now - began
        metrics.ended(line)
        if logsAccess { line.log(to: logger) }
    }

    /// Never fails: errors are answers.
    private func outcome(of exchange: Exchange, _ line: inout AccessLine) async -> Answer {
        do {
            let parts = exchange.request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let path = PercentEncoding.decoded(parts.first ?? "", plusIsBlank: false)
            guard let (route, base) = try route(path, exchange) else { return .whole(Self.elsewhere(path, settings)) }
            line.route = route
            var call = RegistryCall(
                exchange: exchange, route: route, query: RequestQuery(parts.count > 1 ? parts[1] : ""), base: base)
            if let failing = health.failure, route != .base {
                throw RegistryError(.unavailable, "service unavailable: \(failing)", status: 503)
            }
            try checkMethod(call)
            call.actor = try await access?.authorize(AccessRequest(call))
            line.actor = call.actor
            return try await perform(call)
        } catch let denial as AccessDenied {
            var response = failure(denial.error)
            response.headers.append(("WWW-Authenticate", denial.challenge))
            return .whole(response)
        } catch let error as RegistryError {
            line.error = error
            return .whole(failure(error))
        } catch is ExchangeError {
            // Nobody reads this; it is for the log, in the words that web servers have for it.
            let error = RegistryError(.unknown, "the client closed the request", status: 499)
            line.error = error
            return .whole(failure(error))
        } catch {
            let error = RegistryError(.unknown, cause: error)
            line.error = error
            return .whole(failure(error))
        }
    }

    private func route(_ path: String, _ exchange: Exchange) throws -> (RegistryRoute, base: String)? {
        guard path.hasPrefix(settings.prefix),
            let route = try RegistryRoute(String(path.dropFirst(settings.prefix.count)))
        else { return nil }
        return (route, BaseURL.of(exchange, settings))
    }

    private func checkMethod(_ call: RegistryCall) throws(RegistryError) {
        guard call.route.methods.contains(call.method) else { throw RegistryError(.unsupported) }
        let isWrite = !["GET", "HEAD"].contains(call.method)
        if isWrite && (settings.isReadOnly || isMirror) {
            throw RegistryError(
                .unsupported, isMirror ? "a pull-through cache takes no pushes" : "the registry is read-only")
        }
    }

    private func perform(_ call: RegistryCall) async throws -> Answer {
        switch (call.route, call.method) {
        case (.base, _): .json([:])
        case (.catalog, _): try await listRepositories(call)
        case (.tags(let name), _): try await listTags(call, name)
        case (.referrers(let name, let digest), _): try await listReferrers(call, name, digest)
        case (.manifest(let name, let reference), "PUT"): try await putManifest(call, name, reference)
        case (.manifest(let name, let reference), "DELETE"): try await deleteManifest(call, name, reference)
        case (.manifest(let name, let reference), _): try await getManifest(call, name, reference)
        case (.blob(let name, let digest), "DELETE"): try await deleteBlob(call, name, digest)
        case (.blob(let name, let digest), _): try await getBlob(call, name, digest)
        case (.uploads(let name), _): try await beginUpload(call, name)
        case (.upload(let name, let id), "PATCH"): try await addToUpload(call, name, id)
        case (.upload(let name, let id), "PUT"): try await finishUpload(call, name, id)
        case (.upload(let name, let id), "DELETE"): try await cancelUpload(call, name, id)
        case (.upload(let name, let id), _): try await uploadStatus(call, name, id)
        }
    }

    func failure(_ error: RegistryError) -> Response {
        var headers = [("Content-Type", "application/json; charset=utf-8")]
        if error.code == .tooManyRequests { headers.append(("Retry-After", "1")) }
        return Response(status: error.status, headers: headers, body: error.document.serialized() + [10])
    }

    /// Paths outside the API.
    private static func elsewhere(_ path: String, _ settings: APISettings) -> Response {
        if path == settings.prefix + "/v2" {
            return Response(status: 301, headers: [("Location", settings.prefix + "/v2/")])
        }
        if path == "/" { return Response(status: 200, headers: [("Cache-Control", "no-cache")]) }
        return Response(
            status: 404, headers: [("Content-Type", "text/plain; charset=utf-8")],
            body: Array("404 page not found\n".utf8))
    }

    // MARK: Sending

    private func send(_ answer: Answer, on exchange: Exchange, _ line: inout AccessLine) async {
        let standing = standing + [("Date", date.text())]
        switch answer {
        case .whole(var response):
            response.headers = standing + response.headers
            line.status = response.status
            line.written = Int64(response.body.count)
            await exchange.respond(response)
        case .content(let status, let headers, let content, let range):
            line.status = status
            if exchange.request.method == "HEAD" || range.isEmpty {
                return await exchange.respond(Response(status: status, headers: standing + headers))
            }
            line.written = Int64(range.count)
            do {
                try await send(content, range, on: exchange, status, standing + headers)
            } catch {
                line.error = RegistryError(.unknown, "the client left, or the storage failed", cause: error)
            }
        }
    }

    private func send(
        _ content: any StoredContent, _ range: Range<Int64>, on exchange: Exchange, _ status: Int,
        _ headers: [(String, String)]
    ) async throws {
        if !exchange.isEncrypted, let file = try content.descriptor() {
            return try await exchange.respond(status: status, headers: headers, file: file.number, range: range)
        }
        let writer = exchange.stream(status: status, headers: headers)
        do { try await content.pieces(range) { try await writer.write($0) } } catch {
            // A clean end would pass for the whole.
            writer.abort()
            throw error
        }
        writer.finish()
    }
}

/// What a pull looks into: the store, or a mirror over it.
protocol PullContents: Sendable {
    func blob(_ digest: Digest, in name: RepositoryName) async throws(RegistryError) -> any StoredContent
    func manifest(
        _ reference: ManifestReference, in name: RepositoryName
    ) async throws(RegistryError) -> StoredManifest
    func tags(in name: RepositoryName, after last: String?, limit: Int?) async throws(RegistryError) -> Page
    func referrers(
        of digest: Digest, in name: RepositoryName, artifactType: String?, after last: Digest?
    ) async throws(RegistryError) -> ReferrerPage
}

extension RegistryStore: PullContents {}
