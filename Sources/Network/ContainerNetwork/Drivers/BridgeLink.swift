internal import LinuxSystem
internal import Netlink
internal import Primitives

/// Finds, makes and changes the host's bridges.
struct BridgeLink: Sendable {
    /// Docker's own address on every bridge with IPv6, where the link has no other.
    static let linkLocal = IPNetwork("fe80::1/64")!

    let route: RouteConnection

    /// The bridge of that name. Errors: `conflict` for a link that is none.
    func find(_ name: String) throws(EngineError) -> Link? {
        let link: Link?
        do { link = try route.findLink(named: name) } catch { throw .network(error) }
        guard let link else { return nil }
        guard link.kind == "bridge" else {
            throw EngineError(.conflict, "network interface \(name) exists and is not a bridge")
        }
        return link
    }

    /// Makes one, up and with these addresses. After an error it is gone.
    func make(_ name: String, alias: String? = nil, _ addresses: [IPNetwork]) throws(EngineError) -> Link {
        // A bridge without an address of its own takes the lowest of its ports, and changes it as they come and go.
        var requests: [RouteRequest] = [.addBridge(name, mac: .random())]
        if let alias { requests.append(.setAlias(.name(name), alias)) }
        do {
            try route.perform(requests + [.setUp(.name(name))])
        } catch {
            throw .network(error)
        }
        do {
            let link = try route.link(named: name)
            try ensure(addresses, on: link)
            return link
        } catch {
            _ = try? route.perform(.deleteLink(.name(name)))
            throw error as? EngineError ?? EngineError(.internal, "bridge \(name): \(error)", cause: error)
        }
    }

    func addresses(of link: Link) throws(EngineError) -> [IPNetwork] {
        do {
            return try route.addresses().compactMap { entry in
                entry.link == link.index ? IPNetwork(entry.address, prefixLength: entry.prefixLength) : nil
            }
        } catch {
            throw .network(error)
        }
    }

    /// Gives the bridge the addresses that it lacks, and sees that it is up.
    func ensure(_ wanted: [IPNetwork], on link: Link) throws(EngineError) {
        let existing = try addresses(of: link)
        if wanted.contains(where: { $0.family == .v6 }) { allowIPv6(on: link.name) }
        var requests = wanted.filter { !existing.contains($0) }.map { network in
            RouteRequest.addAddress(network.address, prefixLength: Int(network.prefixLength), to: link.index)
        }
        if !link.isUp { requests.append(.setUp(.index(link.index))) }
        do { try route.perform(requests) } catch { throw .network(error) }
    }

    /// Some hosts have IPv6 off by default; then the addresses could not be given.
    private func allowIPv6(on name: String) {
        _ = try? HostSettings.set("ipv6/conf/\(name)/disable_ipv6", "0")
        _ = try? HostSettings.set("ipv6/conf/\(name)/accept_ra", "0")
    }

    /// One that is not there is no error.
    func remove(_ name: String) throws(EngineError) {
        do {
            try route.perform(.deleteLink(.name(name)))
        } catch {
            if error.errno != 19 { throw .network(error) }
        }
    }
}
