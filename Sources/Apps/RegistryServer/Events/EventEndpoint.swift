internal import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Primitives
internal import Synchronization

/// One webhook: its events in order, each until it is taken (distribution's `notifications.endpoints`).
final class EventEndpoint: Sendable {
    struct Settings: Sendable {
        var name: String
        var url: String
        var headers: [(String, String)] = []
        var timeout = Duration.seconds(1)
        /// After so many failures in a row…
        var threshold = 10
        /// …this long passes between tries.
        var backoff = Duration.seconds(1)
        var ignoredMediaTypes: Set<String> = []
        var ignoredActions: Set<String> = []
    }

    /// Events that wait for an endpoint that is down; the oldest go when there are more.
    static let limit = 100_000

    private struct State {
        var waiting: [RegistryEvent] = []
        var lost = 0
        var wakeUp: CheckedContinuation<Void, Never>?
    }

    private let settings: Settings
    private let client: HTTPClient
    private let logger: Logger
    private let metrics: RegistryMetrics
    private let state = Mutex(State())

    init(_ settings: Settings, client: HTTPClient, logger: Logger, metrics: RegistryMetrics) {
        self.settings = settings
        self.client = client
        self.logger = logger
        self.metrics = metrics
    }

    func send(_ event: RegistryEvent) {
        if settings.ignoredActions.contains(event.action.rawValue) { return }
        if let type = event.target.mediaType, settings.ignoredMediaTypes.contains(type) { return }
        let wakeUp = state.withLock { state in
            if state.waiting.count >= Self.limit {
                state.waiting.removeFirst(Self.limit / 10)
                state.lost += Self.limit / 10
            }
            state.waiting.append(event)
            defer { state.wakeUp = nil }
            return state.wakeUp
        }
        wakeUp?.resume()
    }

    /// Delivers until its task is cancelled.
    func run() async {
        var failures = 0
        while !Task.isCancelled {
            let (first, lost) = state.withLock { ($0.waiting.first, $0.lost) }
            guard let event = first else {
                await wait()
                continue
            }
            let problem = await deliver(event)
            let pending = state.withLock { state in
                // When the queue was cut meanwhile, another is first now.
                if problem == nil, state.lost == lost { state.waiting.removeFirst() }
                return state.waiting.count
            }
            metrics.delivered(settings.name, succeeded: problem == nil, pending: pending)
            guard let problem else {
                failures = 0
                continue
            }
            failures += 1
            logger.warning("notification failed", metadata: ["endpoint": "\(settings.name)", "err": "\(problem)"])
            let pause = failures >= settings.threshold ? settings.backoff : min(settings.backoff, .milliseconds(100))
            try? await Task.sleep(for: pause)
        }
    }

    /// What went wrong; nil when the endpoint took it.
    private func deliver(_ event: RegistryEvent) async -> String? {
        var request = HTTPClientRequest(url: settings.url)
        request.method = .POST
        request.headers = HTTPHeaders([("Content-Type", RegistryEvent.mediaType)] + settings.headers)
        request.body = .bytes(ByteBuffer(bytes: RegistryEvent.envelope([event])))
        do {
            let response = try await client.execute(request, timeout: TimeAmount(settings.timeout))
            // Read to its end, so that the connection can be used again.
            _ = try await response.body.collect(upTo: 1 << 20)
            return (200..<400).contains(response.status.code) ? nil : "status \(response.status.code)"
        } catch {
            return "\(error)"
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.waiting.isEmpty && !Task.isCancelled {
                        state.wakeUp = continuation
                        return false
                    }
                    return true
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                defer { state.wakeUp = nil }
                return state.wakeUp
            }?.resume()
        }
    }
}
