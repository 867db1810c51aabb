internal import Primitives

/// All zones, and who sees which of them. Clients have numbers, which are never used again.
struct Directory: Sendable {
    private var zones: [String: Zone] = [:]
    private var views: [Int: View] = [:]

    mutating func add(_ record: NameRecord, to zone: String) { zones[zone, default: Zone()].add(record) }
    mutating func remove(endpoint: String, from zone: String) {
        zones[zone]?.remove(endpoint: endpoint)
        if zones[zone]?.isEmpty == true { zones[zone] = nil }
    }
    mutating func removeZone(_ zone: String) { zones[zone] = nil }
    mutating func setView(_ view: View?, of client: Int) { views[client] = view }

    func view(of client: Int) -> View? { views[client] }

    /// The addresses of a name, nil when it is not known: of the whole name in any of the zones, then of each of its
    /// beginnings in the network that the rest names, the shortest such rest first.
    func addresses(_ name: UnsafeRawBufferPointer, _ view: View) -> Addresses? {
        if let found = addresses(name, view, in: view.zones) { return found }
        var found: Addresses?
        var end = 0
        while end < name.count {
            end += 1 + Int(name[end])
            guard end < name.count, name.count - end <= view.longestNetworkName else { continue }
            let network = UnsafeRawBufferPointer(rebasing: name[end...])
            guard let zones = view.zonesByNetwork.find(network) else { continue }
            found = addresses(UnsafeRawBufferPointer(rebasing: name[..<end]), view, in: zones) ?? found
        }
        return found
    }

    private func addresses(_ name: UnsafeRawBufferPointer, _ view: View, in zones: [String]) -> Addresses? {
        if !view.links.isEmpty, let link = view.links.find(name), let found = addresses(link, in: zones) {
            return found
        }
        return firstZone(zones) { $0.addresses(name) }
    }

    /// A link to a name that does not exist now is as if it were not there.
    private func addresses(_ link: View.Link, in zones: [String]) -> Addresses? {
        switch link {
        case .addresses(let addresses): return addresses
        case .name(let name): return firstZone(zones) { zone in name.bytes.withUnsafeBytes { zone.addresses($0) } }
        }
    }

    private func firstZone<Value>(_ ids: [String], _ find: (Zone) -> Value?) -> Value? {
        for id in ids {
            if let zone = zones[id], let found = find(zone) { return found }
        }
        return nil
    }

    /// `name.network` of whoever has the address.
    func owner(_ address: IPAddress, _ view: View) -> WireName? {
        for id in view.zones {
            guard let name = zones[id]?.owner(address) else { continue }
            guard let network = view.networkNames[id] else { return name }
            return name.followed(by: network)
        }
        return nil
    }
}
