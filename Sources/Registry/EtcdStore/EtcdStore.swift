internal import AsyncHTTPClient
public import KeyValueStore
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import OrderedJSON
public import Primitives
internal import Synchronization

/// A cluster of etcd servers (3.4 or newer), spoken to by the JSON that its gRPC gateway takes.
///
/// One event loop of its own carries all connections; calls wait for it, so they must not come from an event loop.
public final class EtcdStore: KeyValueStore {
    /// Seconds that an answer may take.
    private static let timeLimit: Int64 = 5
    /// An answer has at most so many bytes.
    private static let sizeLimit = 64 << 20

    public let name: String
    /// `http://host:port` each.
    private let servers: [String]
    private let group: MultiThreadedEventLoopGroup
    private let client: HTTPClient
    /// The server that answered last.
    private let current = Mutex(0)
    private let isClosed = Mutex(false)

    /// Connects to nothing yet. With certificates the servers are spoken to by TLS.
    ///
    /// Errors: `badParameter` for certificates that can't be read.
    public init(_ address: EtcdAddress, _ certificates: EtcdCertificates? = nil) throws(EngineError) {
        let tls = try certificates?.configuration()
        servers = address.servers.map { (tls == nil ? "http://" : "https://") + $0 }
        name = address.description
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: .seconds(Self.timeLimit)))
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroup: group, configuration: configuration)
    }

    deinit { close() }

    public func close() {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        // Its own connections come to an error, and the loop ends after them.
        client.shutdown().whenComplete { [group] _ in group.shutdownGracefully { _ in } }
    }

    public func entries(below prefix: String) throws(EngineError) -> StoreSnapshot {
        try read(call("kv/range", EtcdRequest.range(prefix), mayRepeat: true), EtcdAnswer.snapshot)
    }

    public func commit(_ transaction: StoreTransaction) throws(EngineError) -> Bool {
        do throws(EngineError) {
            let answer = try call("kv/txn", EtcdRequest.transaction(transaction), mayRepeat: false)
            return try read(answer, EtcdAnswer.succeeded)
        } catch {
            // A lease that is over counts as not found.
            throw EngineError(.unavailable, error.message, cause: error.cause)
        }
    }

    public func grantLease(seconds: Int) throws(EngineError) -> StoreLease {
        try read(call("lease/grant", ["TTL": .string("\(seconds)")], mayRepeat: true), EtcdAnswer.lease)
    }

    public func renew(_ lease: StoreLease) throws(EngineError) -> Bool {
        try read(call("lease/keepalive", EtcdRequest.lease(lease), mayRepeat: true), EtcdAnswer.isAlive)
    }

    public func revoke(_ lease: StoreLease) throws(EngineError) {
        do throws(EngineError) {
            _ = try call("lease/revoke", EtcdRequest.lease(lease), mayRepeat: true)
        } catch {
            if error.kind != .notFound { throw error }
        }
    }

    public func watch(below prefix: String, after revision: Int64) throws(EngineError) -> StoreWatch {
        let server = servers[current.withLock { $0 }]
        let request = try request(server, "watch", EtcdRequest.watch(prefix, from: revision + 1))
        let ending = Ending()
        let watch = StoreWatch { ending.come() }
        let task = client.execute(request: request, delegate: WatchStream(watch))
        ending.answer { task.cancel() }
        return watch
    }

    /// Asks the server that answered last, and the others in turn when it is not reached. What may not be done twice is
    /// repeated only when it can't have arrived.
    private func call(_ path: String, _ body: JSONValue, mayRepeat: Bool) throws(EngineError) -> JSONValue {
        let first = current.withLock { $0 }
        var failure = EngineError(.unavailable, "cluster store \(name) is not reached")
        for step in servers.indices {
            let index = (first + step) % servers.count
            let request = try request(servers[index], path, body)
            do {
                let response = try client.execute(
                    request: request, delegate: ResponseAccumulator(request: request, maxBodySize: Self.sizeLimit),
                    deadline: .now() + .seconds(Self.timeLimit)
                ).wait()
                current.withLock { $0 = index }
                return try answer(response)
            } catch let error as EngineError {
                throw error
            } catch {
                failure = EngineError(.unavailable, "cluster store \(name) is not reached: \(error)", cause: error)
                if !mayRepeat && !isConnectFailure(error) { break }
            }
        }
        throw failure
    }

    /// ECONNREFUSED, ENETUNREACH and EHOSTUNREACH, as Linux and Darwin number them.
    private static let refusals: Set<CInt> = [111, 101, 113, 61, 51, 65]

    private func isConnectFailure(_ error: any Error) -> Bool {
        if error is NIOConnectionError { return true }
        if let error = error as? IOError { return Self.refusals.contains(error.errnoCode) }
        return error as? HTTPClientError == .connectTimeout
    }

    private func request(_ server: String, _ path: String, _ body: JSONValue) throws(EngineError) -> HTTPClient.Request
    {
        do {
            return try HTTPClient.Request(
                url: "\(server)/v3/\(path)", method: .POST, headers: ["Content-Type": "application/json"],
                body: .bytes(body.serialized()))
        } catch {
            throw EngineError(.badParameter, "cluster store \(name): \(error)", cause: error)
        }
    }

    private func answer(_ response: HTTPClient.Response) throws(EngineError) -> JSONValue {
        let bytes = response.body.map { Array($0.readableBytesView) } ?? []
        let value = try? JSONValue(parsing: bytes)
        guard response.status == .ok, let value else {
            let reason = value?["message"]?.stringValue ?? value?["error"]?.stringValue ?? "\(response.status)"
            throw EngineError(
                response.status == .notFound ? .notFound : .unavailable, "cluster store \(name) answers: \(reason)")
        }
        return value
    }

    private func read<Value>(_ answer: JSONValue, _ parse: (JSONValue) -> Value?) throws(EngineError) -> Value {
        guard let value = parse(answer) else {
            throw EngineError(.unavailable, "cluster store \(name) gives an answer that can't be read")
        }
        return value
    }
}

/// A watch's end, and what it ends: either may come first.
private final class Ending: Sendable {
    private struct State {
        var cancel: (@Sendable () -> Void)?
        var hasCome = false
    }

    private let state = Mutex(State())

    func come() {
        state.withLock { state in
            state.hasCome = true
            return state.cancel
        }?()
    }

    func answer(_ cancel: @escaping @Sendable () -> Void) {
        let hasCome = state.withLock { state in
            state.cancel = cancel
            return state.hasCome
        }
        if hasCome { cancel() }
    }
}
