public import ContainerNetwork
internal import Logging
internal import OrderedJSON
internal import Primitives

/// Networks that other engines made: this one's books have them too, so that its containers find them when the cluster
/// store is not reached.
extension Engine: SharedNetworkKeeper {
    public func sharedNetworkCame(_ network: SharedNetwork) {
        let name = network.definition.name
        guard Self.isNetworkName(name), !NetworkRecord.predefined.contains(name) else {
            return logger.warning("another engine made a network that is not taken: invalid network name \"\(name)\"")
        }
        let record = NetworkRecord(network)
        guard networks.insertShared(record) else { return }
        attempt("save network \(name)") { try store.save(record) }
        publishNetwork("create", record)
    }

    public func sharedNetworkWent(_ id: String) {
        guard let record = networks.with(id: id) else { return }
        attempt("forget network \(record.name)") { try store.deleteNetwork(id) }
        if networks.remove(record) { publishNetwork("destroy", record) }
    }

    public func sharedNetwork(_ id: String) -> SharedNetwork? {
        networks.with(id: id).map { SharedNetwork(definition: $0.definition, note: $0.note) }
    }

    public func clusterReports(_ text: String) { logger.warning("\(text)") }
}

extension NetworkRecord {
    /// All of it, for other engines' books.
    var note: String {
        // A record can always be written.
        String(decoding: (try? OrderedJSONEncoder().encode(self)) ?? [], as: UTF8.self)
    }

    init(_ network: SharedNetwork) {
        let note = try? OrderedJSONDecoder().decode(NetworkRecord.self, from: Array(network.note.utf8))
        self = note ?? NetworkRecord(definition: network.definition, created: .now())
        definition = network.definition
        scope = "global"
    }
}
