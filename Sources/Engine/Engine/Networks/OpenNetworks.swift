internal import APIModel
internal import ContainerNetwork
internal import Logging
internal import Primitives

extension Engine {
    /// Blocking, at the start: the networks that were made before, and those that are always there.
    func openNetworks() throws {
        let records = try store.loadNetworks()
        for notice in try network?.start(networks: records.map(\.definition)) ?? [] { logger.notice("\(notice)") }
        let created = try store.setting("networks-created") { Timestamp.now().description }
        let since = (try? Timestamp(parsing: created)) ?? .now()
        for definition in predefined { networks.insert(NetworkRecord(definition: definition, created: since)) }
        // A shared one may have the name of another, which goes first.
        for record in records where record.scope == "local" { networks.insert(record) }
        for record in records where record.scope != "local" { _ = networks.insertShared(record) }
    }

    private var predefined: [NetworkDefinition] {
        let fixed = [("host", "host"), ("none", "null")].map { name, driver in
            NetworkDefinition(
                id: Digest.sha256(of: Array("network \(engineID) \(name)".utf8)).hex, name: name, driver: driver,
                hasIPv4: true, pools: [])
        }
        return fixed + [network.flatMap { $0.network($0.defaultID) }].compactMap(\.self)
    }

    /// A row of an earlier version names its network in the host config alone.
    func completeEndpoints(_ record: inout ContainerRecord) {
        guard record.listsAllEndpoints != true else { return }
        record.listsAllEndpoints = true
        let name = record.networkName
        if !name.isEmpty && record.endpoints[name] == nil { record.endpoints[name] = .init() }
    }
}
