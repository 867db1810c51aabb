internal import Dispatch
internal import KeyValueStore
internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// An engine's share in networks of several: what it tells the store of its own, and what it hears of the others'.
///
/// One thread holds the connection. It renews the lease that the engine's entries live by, follows what the others do,
/// and when it was cut off begins anew with the whole, so that nothing has to be remembered that could not be told.
final class Cluster: Sendable {
    struct State {
        var table: ClusterTable
        var lease: StoreLease?
        /// The store is followed, and takes what this engine has to tell.
        var isConnected = false
        /// The store has been asked for the whole, once at least.
        var isInformed = false
        /// The store has something else than this engine told, or may have.
        var needsSync = false
        var isStopped = false
        /// This engine's endpoints, by id; those that the store was told of, and those it is being told of.
        var own: [String: OwnEndpoint] = [:]
        var watch: StoreWatch?
        weak var host: (any ClusterHost)?
    }

    struct OwnEndpoint {
        var value: SharedEndpoint
        var isTold: Bool
    }

    let store: any KeyValueStore
    let keys: ClusterKeys
    /// The engine's id.
    let engine: String
    let advertised: ClusterAddress
    let leaseSeconds: Int
    let state: Mutex<State>
    /// Held by who takes an endpoint out of the store or brings them all in line: the others must not cross it.
    let telling = Mutex<Void>(())
    private let firstSync = DispatchSemaphore(value: 0)
    private let bell = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(_ configuration: ClusterConfiguration, engine: String, _ advertised: ClusterAddress) {
        store = configuration.store
        keys = ClusterKeys(prefix: configuration.prefix)
        self.engine = engine
        self.advertised = advertised
        leaseSeconds = max(2, configuration.leaseSeconds)
        state = Mutex(State(table: ClusterTable(keys, engine: engine)))
    }

    /// Begins to follow the store, on a thread that ends with `stop`; returns when what it says is in force here, or the
    /// store is not to be reached at once. `networks`: those of the books.
    func start(_ host: any ClusterHost, networks: [SharedNetwork]) {
        state.withLock { state in
            state.host = host
            for network in networks { state.table.expect(network) }
        }
        let started = PlatformThread.detach { [self] in
            run()
            ended.signal()
        }
        guard started else {
            state.withLock { $0.host = nil }
            return host.clusterReports("cluster store: there is no thread left to follow it")
        }
        _ = firstSync.wait(timeout: .now() + .seconds(10))
    }

    /// Ends the thread. What the engine told stays for the next daemon, as its containers do.
    func stop() {
        let (wasRunning, watch, lease) = state.withLock { state in
            defer { state.isStopped = true }
            let lease = state.own.isEmpty && state.isConnected ? state.lease : nil
            return (state.host != nil && !state.isStopped, state.watch, lease)
        }
        guard wasRunning else { return }
        bell.signal()
        watch?.wake()
        _ = ended.wait(timeout: .now() + .seconds(10))
        state.withLock { $0.isConnected = false }
        if let lease { try? store.revoke(lease) }
        store.close()
    }

    var isInformed: Bool { state.withLock { $0.isInformed } }
    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func run() {
        var patience = Patience()
        while !isStopped {
            do throws(EngineError) {
                let watch = try sync()
                if patience.hasFailed { report("cluster store \(store.name) is reached again") }
                patience = Patience()
                firstSync.signal()
                try follow(watch)
            } catch {
                state.withLock { state in
                    state.isConnected = false
                    state.watch = nil
                }
                if !patience.hasFailed && !isStopped { report("\(error.message): shared networks stay as they are") }
                firstSync.signal()
                _ = bell.wait(timeout: .now() + .milliseconds(patience.next()))
            }
        }
    }

    /// Until the connection or the lease is lost, or the whole has to be looked at again.
    private func follow(_ watch: StoreWatch) throws(EngineError) {
        let beat = min(10_000, leaseSeconds * 1000 / 3)
        var renewed = KernelClock.monotonic()
        while !isStopped {
            switch watch.next(milliseconds: beat) {
            case .changes(let changes):
                for change in changes { perform(state.withLock { $0.table.apply(change) }) }
            case .quiet: break
            case .ended(let reason): throw EngineError(.unavailable, "cluster store \(store.name) is lost: \(reason)")
            }
            let needsSync = state.withLock { state in
                defer { state.needsSync = false }
                return state.needsSync
            }
            if needsSync { return }
            guard KernelClock.monotonic() - renewed >= Int64(beat) * 1_000_000 else { continue }
            guard let lease = state.withLock({ $0.lease }), try store.renew(lease) else { return }
            renewed = KernelClock.monotonic()
        }
    }

    /// Brings the store and this engine in line. Returns what follows.
    private func sync() throws(EngineError) -> StoreWatch {
        let lease = try currentLease()
        let snapshot = try store.entries(below: keys.base)
        let effects = state.withLock { state in
            defer { state.isInformed = true }
            return state.table.replace(snapshot) + (state.isInformed ? [] : [.informed])
        }
        perform(effects)
        try tellAll(lease, snapshot)
        let watch = try store.watch(below: keys.base, after: snapshot.revision)
        state.withLock { state in
            state.isConnected = true
            state.watch = watch
        }
        return watch
    }

    /// The one that there is, if it is still good.
    private func currentLease() throws(EngineError) -> StoreLease {
        if let lease = state.withLock({ $0.lease }), try store.renew(lease) { return lease }
        let lease = try store.grantLease(seconds: leaseSeconds)
        state.withLock { $0.lease = lease }
        return lease
    }

    func perform(_ effects: [ClusterTable.Effect]) {
        guard !effects.isEmpty, let host = state.withLock({ $0.host }) else { return }
        for effect in effects { host.take(effect) }
    }

    func report(_ text: String) { state.withLock { $0.host }?.clusterReports(text) }

    /// Lets the thread look at the whole again.
    func askForSync() {
        state.withLock { state in
            state.needsSync = true
            return state.watch
        }?.wake()
    }
}

/// Where what the others do takes effect. Called on the cluster's thread.
protocol ClusterHost: AnyObject, Sendable {
    func take(_ effect: ClusterTable.Effect)
    func clusterReports(_ text: String)
}

/// How long to wait before a store that was not reached is tried again: longer each time, ten seconds at most.
struct Patience: Sendable {
    private(set) var hasFailed = false
    private var milliseconds = 100

    mutating func next() -> Int {
        hasFailed = true
        defer { milliseconds = min(10_000, milliseconds * 2) }
        return milliseconds
    }
}
