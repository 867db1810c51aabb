internal import ContainerNetwork
public import Primitives

extension Engine {
    public func removeNetwork(_ name: String) async throws(EngineError) {
        let record = try networks.find(name)
        guard !record.isPredefined else {
            throw EngineError(.forbidden, "\(record.name) is a pre-defined network and cannot be removed")
        }
        try await workers.run { [self] in try removeNetworkNow(record) }
    }

    /// Blocking. The row goes last: a network that is half gone is made whole again by the next start.
    func removeNetworkNow(_ record: NetworkRecord) throws(EngineError) {
        let users = containers.all().map(\.record).filter { user in
            user.sandbox?.endpoint(on: record.id) != nil
        }
        let published = services.on(record.id)
        guard users.isEmpty, published.isEmpty else {
            let names = users.map { ($0.name, $0.id) } + published.map { ($0.name, $0.id) }
            let list = names.map { "name:\"\($0)\" id:\"\($1.prefix(12))\"" }.joined(separator: ", ")
            throw EngineError(
                .forbidden, "error while removing network: network \(record.name) has active endpoints (\(list))")
        }
        do {
            try network?.remove(record.id)
            try store.deleteNetwork(record.id)
        } catch {
            throw EngineError(wrapping: error)
        }
        // Of a shared network the cluster may have told already.
        if networks.remove(record) { publishNetwork("destroy", record) }
    }
}
