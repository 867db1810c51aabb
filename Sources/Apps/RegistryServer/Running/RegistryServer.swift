internal import AsyncHTTPClient
internal import HTTPServer
internal import HostSystem
internal import Logging
internal import NIOCore
internal import Primitives
internal import RegistryStorage
internal import S3Storage

/// A server from its configuration to its end.
final class RegistryServer: Sendable {
    /// For what waits for the disk; more than there are processors, as they wait.
    private static let storageThreads = 8
    private static let loops = 2
    private static let settling = Duration.milliseconds(500)

    private let configuration: RegistryConfiguration
    private let logger: Logger
    private let store: RegistryStore
    private let threads = StorageThreads(count: storageThreads)
    private let metrics = RegistryMetrics()
    private let health = HealthChecks()
    /// For webhooks and checks; nil when there are none of them.
    private let client: HTTPClient?
    /// What a mirror is one of; nil for a registry of its own.
    private let remote: RemoteRegistry?

    init(_ configuration: RegistryConfiguration, logger: Logger) throws(EngineError) {
        self.configuration = configuration
        self.logger = logger
        remote = try configuration.proxy.map { settings throws(EngineError) in try RemoteRegistry(settings) }
        store = RegistryStore(
            driver: try configuration.storage.makeDriver(), cachesManifests: configuration.storage.cachesManifests)
        let asksOthers = !configuration.endpoints.isEmpty || !configuration.health.urls.isEmpty
        // Whoever is told of an event, or asked for its health, answers itself.
        let direct = HTTPClient.Configuration(redirectConfiguration: .disallow)
        client = asksOthers ? HTTPClient(eventLoopGroupProvider: .singleton, configuration: direct) : nil
    }

    /// Serves until `ending` opens. Errors: what can't be bound, read or reached.
    func run(until ending: ReadyGate) async throws {
        do {
            try await serve(until: ending)
        } catch {
            await close()
            throw error
        }
        await close()
        await threads.stop()
    }

    private func close() async {
        try? await client?.shutdown()
        await remote?.shutDown()
        await store.driver.shutDown()
    }

    private func serve(until ending: ReadyGate) async throws {
        let access = try configuration.access.makeControl()
        let tls = try configuration.http.tls?.makeContext()
        let serving = try await withTaskExecutorPreference(threads) {
            // What can't be asked anything now won't serve: wrong keys, no bucket.
            try await store.checkStorage()
            return configuration.storage.isReadOnly ? nil : try await store.driver.announceServing()
        }
        defer { withExtendedLifetime(serving) {} }
        let events = makeEvents()
        let api = RegistryAPI(
            store: store, settings: configuration.http.api, threads: threads, logger: logger,
            logsAccess: configuration.log.logsAccess, access: access, events: events, health: health,
            mirror: makeMirror(),
            metrics: metrics)
        // Before the others, who may ask it when they reach the registry.
        let debug = try await debugListener()
        let ready = ReadyGate()
        ready.open()
        let listener = HTTPListener(
            handler: api, ready: ready, threads: Self.loops, whenQuiet: ProcessMemory.giveBack)
        let address = try ServerAddress(configuration.http)
        let bound = try await listener.bind(address.listen, tls: tls)
        logger.info("listening on \(address.shown(port: bound.port))\(tls == nil ? "" : ", tls")")
        ProcessMemory.giveBack()
        await withDiscardingTaskGroup { group in
            startChores(in: &group, events)
            await ending.wait()
            group.cancelAll()
        }
        await bound.close()
        await listener.shutdown(grace: configuration.http.drainTimeout)
        await debug?.shutdown(grace: .zero)
    }

    private func makeEvents() -> EventBroadcaster? {
        guard !configuration.endpoints.isEmpty, let client else { return nil }
        let endpoints = configuration.endpoints.map {
            EventEndpoint($0, client: client, logger: logger, metrics: metrics)
        }
        return EventBroadcaster(source: EventSource(address: configuration.http.address), endpoints: endpoints)
    }

    private func makeMirror() -> Mirror? {
        remote.map { Mirror(store: store, remote: $0, metrics: metrics, logger: logger, threads: threads) }
    }

    private func debugListener() async throws -> HTTPListener? {
        guard let text = configuration.http.debugAddress else { return nil }
        let handler = DebugHandler(health: health, metrics: metrics, metricsPath: configuration.http.metricsPath)
        let ready = ReadyGate()
        ready.open()
        let listener = HTTPListener(handler: handler, ready: ready)
        let address = try ServerAddress(tcp: text)
        let bound = try await listener.bind(address.listen)
        logger.info("debug server listening on \(address.shown(port: bound.port))")
        return listener
    }

    /// What runs beside the answers, until the group is cancelled.
    private func startChores(in group: inout DiscardingTaskGroup, _ events: EventBroadcaster?) {
        if let events { group.addTask { await events.run() } }
        group.addTask {
            // What began has begun by then; the first request may be long in coming.
            if (try? await Task.sleep(for: Self.settling)) != nil { ProcessMemory.giveBack() }
        }
        let checks = HealthChores(configuration.health, store: store, client: client, health: health, threads: threads)
        checks.start(in: &group)
        if let lifetime = configuration.proxy?.lifetime {
            let expiry = ExpiryChore(lifetime: lifetime, store: store, logger: logger)
            let threads = threads
            group.addTask { await withTaskExecutorPreference(threads) { await expiry.run() } }
        }
        let purging = configuration.storage.purging
        if purging.isEnabled, !configuration.storage.isReadOnly {
            let purge = PurgeChore(purging, store: store, logger: logger)
            let threads = threads
            group.addTask { await withTaskExecutorPreference(threads) { await purge.run() } }
        }
    }
}

extension StorageSettings {
    func makeDriver() throws(EngineError) -> any StorageDriver {
        switch driver {
        case .filesystem(let root): FileSystemDriver(root: root)
        case .inMemory: InMemoryDriver()
        case .s3(let settings): try S3Driver(settings)
        }
    }
}

extension AccessSettings {
    func makeControl() throws -> (any AccessControl)? {
        switch self {
        case .none: nil
        case .htpasswd(let realm, let path): try HtpasswdControl(realm: realm, path: path)
        case .token(let settings): try TokenControl(settings)
        }
    }
}
