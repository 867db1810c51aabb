internal import Primitives

/// All addresses behind one name, by family, each of them once.
struct Addresses: Sendable {
    private(set) var v4: [IPv4Address] = []
    private(set) var v6: [IPv6Address] = []

    init(_ addresses: some Sequence<IPAddress>) {
        var seen: Set<IPAddress> = []
        for address in addresses where seen.insert(address).inserted {
            switch address {
            case .v4(let address): v4.append(address)
            case .v6(let address): v6.append(address)
            }
        }
    }
}
