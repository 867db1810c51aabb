public import Primitives
internal import Synchronization

/// A store in this process's memory: several engines of one test share it.
public final class MemoryStore: KeyValueStore {
    private struct Value {
        var bytes: [UInt8]
        /// Of its last put.
        var revision: Int64
        var lease: StoreLease?
    }

    private struct Lease {
        var seconds: Int
        /// By the clock, in nanoseconds.
        var end: Int64
    }

    private struct Listener {
        var prefix: String
        weak var watch: StoreWatch?
    }

    private struct State {
        var values: [String: Value] = [:]
        var revision: Int64 = 1
        var leases: [Int64: Lease] = [:]
        var lastLease: Int64 = 0
        var listeners: [Listener] = []
        /// Everything that happened: short, as tests are.
        var history: [(revision: Int64, changes: [StoreWatch.Change])] = []
        var isReachable = true
    }

    public let name: String
    private let clock: @Sendable () -> Int64
    private let state = Mutex(State())

    /// `clock` gives nanoseconds; leases end by it, when the store is called the next time.
    public init(name: String = "memory", clock: @escaping @Sendable () -> Int64 = { 0 }) {
        self.name = name
        self.clock = clock
    }

    /// False: every call fails and watches end, as when the way to a store is cut.
    public func setReachable(_ isReachable: Bool) {
        state.withLock { state in
            state.isReachable = isReachable
            guard !isReachable else { return }
            for listener in state.listeners { listener.watch?.end("connection lost") }
            state.listeners = []
        }
    }

    public func entries(below prefix: String) throws(EngineError) -> StoreSnapshot {
        try using { state in
            let found = state.values.filter { $0.key.hasBytePrefix(prefix) }
            let entries = found.map { StoreEntry(key: $0.key, value: $0.value.bytes) }
            return StoreSnapshot(
                entries: entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }, revision: state.revision
            )
        }
    }

    public func commit(_ transaction: StoreTransaction) throws(EngineError) -> Bool {
        try using { state in
            guard transaction.conditions.allSatisfy({ Self.holds($0, state) }) else { return false }
            Self.apply(transaction.changes, &state)
            return true
        }
    }

    public func watch(below prefix: String, after revision: Int64) throws(EngineError) -> StoreWatch {
        try using { state in
            let watch = StoreWatch()
            for step in state.history where step.revision > revision { watch.tell(step.changes.below(prefix)) }
            state.listeners.append(Listener(prefix: prefix, watch: watch))
            return watch
        }
    }

    public func grantLease(seconds: Int) throws(EngineError) -> StoreLease {
        try using { state in
            state.lastLease += 1
            state.leases[state.lastLease] = Lease(seconds: seconds, end: clock() + Int64(seconds) * 1_000_000_000)
            return StoreLease(id: state.lastLease)
        }
    }

    public func renew(_ lease: StoreLease) throws(EngineError) -> Bool {
        try using { state in
            guard let seconds = state.leases[lease.id]?.seconds else { return false }
            state.leases[lease.id]?.end = clock() + Int64(seconds) * 1_000_000_000
            return true
        }
    }

    public func revoke(_ lease: StoreLease) throws(EngineError) {
        try using { state in Self.end(lease.id, &state) }
    }

    public func close() {}

    private func using<Result: Sendable>(_ body: (inout State) -> Result) throws(EngineError) -> Result {
        try state.withLock { (state) throws(EngineError) in
            guard state.isReachable else { throw EngineError(.unavailable, "cluster store \(name) is not reached") }
            let now = clock()
            for (id, lease) in state.leases where lease.end < now { Self.end(id, &state) }
            return body(&state)
        }
    }

    private static func holds(_ condition: StoreTransaction.Condition, _ state: State) -> Bool {
        switch condition {
        case .present(let key): state.values[key] != nil
        case .absent(let key): state.values[key] == nil
        case .holds(let key, let value): state.values[key]?.bytes == value
        case .noneBelow(let prefix): !state.values.keys.contains { $0.hasBytePrefix(prefix) }
        case .noneNewer(let prefix, let revision):
            !state.values.contains { $0.key.hasBytePrefix(prefix) && $0.value.revision > revision }
        }
    }

    private static func apply(_ changes: [StoreTransaction.Change], _ state: inout State) {
        var told: [StoreWatch.Change] = []
        let revision = state.revision + 1
        for change in changes {
            switch change {
            case .put(let key, let bytes, let lease):
                state.values[key] = Value(bytes: bytes, revision: revision, lease: lease)
                told.append(.put(StoreEntry(key: key, value: bytes)))
            case .delete(let key):
                if state.values.removeValue(forKey: key) != nil { told.append(.deleted(key)) }
            case .deleteBelow(let prefix):
                for key in state.values.keys.filter({ $0.hasBytePrefix(prefix) }) {
                    state.values[key] = nil
                    told.append(.deleted(key))
                }
            }
        }
        guard !told.isEmpty else { return }
        state.revision = revision
        state.history.append((revision, told))
        state.listeners.removeAll { $0.watch == nil }
        for listener in state.listeners { listener.watch?.tell(told.below(listener.prefix)) }
    }

    private static func end(_ lease: Int64, _ state: inout State) {
        guard state.leases.removeValue(forKey: lease) != nil else { return }
        apply(state.values.filter { $0.value.lease?.id == lease }.map { .delete($0.key) }, &state)
    }
}

extension String {
    fileprivate func hasBytePrefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }
}

extension [StoreWatch.Change] {
    fileprivate func below(_ prefix: String) -> [StoreWatch.Change] {
        filter { change in
            switch change {
            case .put(let entry): entry.key.hasBytePrefix(prefix)
            case .deleted(let key): key.hasBytePrefix(prefix)
            }
        }
    }
}
