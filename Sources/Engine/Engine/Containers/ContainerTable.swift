internal import Primitives
internal import Synchronization

/// Every container, by id, by name and by unique id prefix.
final class ContainerTable: Sendable {
    private struct State {
        var byID: [String: Container] = [:]
        /// Names of containers and of those that are being created (whose container is not there yet).
        var idByName: [String: String] = [:]
        var prefixes = TruncatedIDIndex()
    }

    private let state = Mutex(State())

    /// Newest first.
    func all() -> [Container] {
        let containers = state.withLock { Array($0.byID.values) }
        return containers.map { ($0.record.created, $0) }.sorted { $0.0 > $1.0 }.map(\.1)
    }

    var count: Int { state.withLock { $0.byID.count } }

    func insert(_ container: Container) {
        let name = container.name
        state.withLock { state in
            state.byID[container.id.description] = container
            state.idByName[name] = container.id.description
            state.prefixes.insert(container.id.description)
        }
    }

    func remove(_ container: Container) {
        let name = container.name
        state.withLock { state in
            state.byID[container.id.description] = nil
            state.prefixes.remove(container.id.description)
            if state.idByName[name] == container.id.description { state.idByName[name] = nil }
        }
    }

    /// Takes a name for a container that is being made. Errors: `conflict` with Docker's text.
    func reserve(_ name: String, for id: ContainerID) throws(EngineError) {
        let owner = state.withLock { state -> String? in
            if let owner = state.idByName[name], owner != id.description { return owner }
            state.idByName[name] = id.description
            return nil
        }
        if let owner { throw .nameInUse(name, by: owner) }
    }

    func release(_ name: String, by id: ContainerID) {
        state.withLock { state in
            if state.idByName[name] == id.description { state.idByName[name] = nil }
        }
    }

    /// Full id, then name, then unique prefix, as Docker looks a container up.
    func find(_ text: String) throws(EngineError) -> Container {
        let name = text.hasPrefix("/") ? String(text.dropFirst()) : text
        enum Found { case container(Container), ambiguous, none }
        let found = state.withLock { state -> Found in
            if let exact = state.byID[name] { return .container(exact) }
            if let id = state.idByName[name], let named = state.byID[id] { return .container(named) }
            switch state.prefixes.lookup(name) {
            case .found(let id): return state.byID[id].map(Found.container) ?? .none
            case .ambiguous: return .ambiguous
            default: return .none
            }
        }
        switch found {
        case .container(let container): return container
        case .ambiguous: throw EngineError(.badParameter, "multiple IDs found with provided prefix: \(text)")
        case .none:
            if let linked = linked(name) { return linked }
            throw .noSuchContainer(text)
        }
    }

    /// `parent/alias`: what the parent knows by that name.
    private func linked(_ path: String) -> Container? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, let parent = try? find(parts[0]) else { return nil }
        return parent.record.links?.first { $0.alias == parts[1] }.flatMap { try? find($0.target) }
    }
}

extension EngineError {
    static func noSuchContainer(_ name: String) -> EngineError {
        EngineError(.notFound, "No such container: \(name)")
    }

    static func nameInUse(_ name: String, by owner: String) -> EngineError {
        EngineError(
            .conflict,
            "Conflict. The container name \"/\(name)\" is already in use by container \"\(owner)\". "
                + "You have to remove (or rename) that container to be able to reuse that name.")
    }
}
