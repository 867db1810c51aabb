internal import Primitives

/// The names and addresses of one network.
struct Zone: Sendable {
    /// The endpoints that share a name, in the order in which they came.
    private struct Holders: Sendable {
        var members: [(endpoint: String, addresses: [IPAddress])] = []
        var all = Addresses([])
    }

    private var names = NameTable<Holders>()
    /// Primary names by address. Two endpoints may have the same one for a moment, while one leaves: the first counts.
    private var owners: [IPAddress: [(endpoint: String, name: WireName)]] = [:]
    private var records: [String: NameRecord] = [:]

    var isEmpty: Bool { records.isEmpty }

    /// nil when the name is not known; without an address when it has none.
    func addresses(_ name: UnsafeRawBufferPointer) -> Addresses? { names.find(name)?.all }

    /// The name of whoever has an address.
    func owner(_ address: IPAddress) -> WireName? { owners[address]?.first?.name }

    /// Adds an endpoint's names; what it had before is gone. Names that no message can carry are left out.
    mutating func add(_ record: NameRecord) {
        remove(endpoint: record.endpoint)
        records[record.endpoint] = record
        for name in Self.wireNames(record) {
            names.update(name) { holders in
                var changed = holders ?? Holders()
                changed.members.append((record.endpoint, record.addresses))
                changed.all = Addresses(changed.members.lazy.flatMap(\.addresses))
                holders = changed
            }
        }
        guard let primary = WireName(record.primaryName) else { return }
        for address in Set(record.addresses) { owners[address, default: []].append((record.endpoint, primary)) }
    }

    mutating func remove(endpoint: String) {
        guard let record = records.removeValue(forKey: endpoint) else { return }
        for name in Self.wireNames(record) {
            names.update(name) { holders in
                holders?.members.removeAll { $0.endpoint == endpoint }
                if holders?.members.isEmpty == true { holders = nil }
                if let members = holders?.members { holders?.all = Addresses(members.lazy.flatMap(\.addresses)) }
            }
        }
        for address in Set(record.addresses) {
            owners[address]?.removeAll { $0.endpoint == endpoint }
            if owners[address]?.isEmpty == true { owners[address] = nil }
        }
    }

    /// Each once: an alias may be the name in other letters.
    private static func wireNames(_ record: NameRecord) -> Set<WireName> {
        Set(([record.primaryName] + record.names).compactMap { WireName($0) })
    }
}
