internal import Primitives
internal import Synchronization

/// Every network, by id, by name and by unique id prefix.
final class NetworkTable: Sendable {
    private struct State {
        var byID: [String: NetworkRecord] = [:]
        /// Names of networks and of those that are being made.
        var idByName: [String: String] = [:]
        var prefixes = TruncatedIDIndex()
    }

    private let state = Mutex(State())

    /// By name.
    func all() -> [NetworkRecord] {
        state.withLock { Array($0.byID.values) }.sorted { $0.name < $1.name }
    }

    func insert(_ record: NetworkRecord) {
        state.withLock { state in
            state.byID[record.id] = record
            state.idByName[record.name] = record.id
            state.prefixes.insert(record.id)
        }
    }

    /// One that other engines made: its name may be a local one's, which is found by it first. False when it is known,
    /// or being made here.
    func insertShared(_ record: NetworkRecord) -> Bool {
        state.withLock { state in
            guard state.byID[record.id] == nil, state.idByName[record.name] != record.id else { return false }
            state.byID[record.id] = record
            if state.idByName[record.name] == nil { state.idByName[record.name] = record.id }
            state.prefixes.insert(record.id)
            return true
        }
    }

    /// False when it was not there any more.
    @discardableResult
    func remove(_ record: NetworkRecord) -> Bool {
        state.withLock { state in
            guard state.byID.removeValue(forKey: record.id) != nil else { return false }
            state.prefixes.remove(record.id)
            if state.idByName[record.name] == record.id {
                state.idByName[record.name] = state.byID.values.first { $0.name == record.name }?.id
            }
            return true
        }
    }

    /// Takes a name for a network that is being made. Errors: `conflict`.
    func reserve(_ name: String, for id: String) throws(EngineError) {
        let isFree = state.withLock { state in
            guard state.idByName[name] == nil else { return false }
            state.idByName[name] = id
            return true
        }
        if !isFree { throw EngineError(.conflict, "network with name \(name) already exists") }
    }

    func release(_ name: String, by id: String) {
        state.withLock { state in
            if state.idByName[name] == id { state.idByName[name] = nil }
        }
    }

    func named(_ name: String) -> NetworkRecord? {
        state.withLock { state in state.idByName[name].flatMap { state.byID[$0] } }
    }

    func with(id: String) -> NetworkRecord? { state.withLock { $0.byID[id] } }

    /// Full id, then name, then unique prefix, as Docker looks a network up.
    func find(_ text: String) throws(EngineError) -> NetworkRecord {
        enum Found { case network(NetworkRecord), ambiguous, none }
        let found = state.withLock { state -> Found in
            if let exact = state.byID[text] { return .network(exact) }
            if let id = state.idByName[text], let named = state.byID[id] { return .network(named) }
            switch state.prefixes.lookup(text) {
            case .found(let id): return state.byID[id].map(Found.network) ?? .none
            case .ambiguous: return .ambiguous
            default: return .none
            }
        }
        switch found {
        case .network(let network): return network
        case .ambiguous:
            throw EngineError(.badParameter, "network \(text) is ambiguous (several found based on ID prefix)")
        case .none: throw EngineError(.notFound, "network \(text) not found")
        }
    }
}
